# SPDX-License-Identifier: GPL-2.0-or-later
# What clients do that are none of the tame ones; whatever stands between, the answers are those of
# odd_server.py.
import socket, threading, time, errno
def conn(port=80, local=0):
    s = socket.socket(); s.settimeout(15)
    if local:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('', local))
    s.connect(('server', port)); return s
def allof(s):
    d = b''
    while True:
        p = s.recv(65536)
        if not p: return d
        d += p
def ask(p, close=True, s=None, extra=b''):
    s = s or conn()
    s.sendall(b'GET ' + p + b' HTTP/1.1\r\nHost: server\r\n' + extra + (b'Connection: close\r\n' if close else b'') + b'\r\n')
    return s
def upto(s, what):
    d = b''
    while what not in d:
        p = s.recv(65536); assert p, (d, what); d += p
    return d
# 101
s = ask(b'/ws', False); upto(s, b'hello'); s.sendall(b'x' * 100000); n = 0
while n < 100000: n += len(s.recv(65536))
s.shutdown(socket.SHUT_WR); assert s.recv(10) == b''
# greeting
s = conn(8080); assert s.recv(100) == b'220 welcome\r\n'; s.sendall(b'GET me'); assert allof(s) == b'you said GET me'
s = conn(8443); s.sendall(b'HELO me\r\n'); assert allof(s) == b'you said HELO me\r\n'
# early answers
s = conn(); s.sendall(b'POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc'); upto(s, b'big')
s = conn(); s.sendall(b'POST /early-keep HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n'); upto(s, b'early'); s.sendall(b'y' * 300000); ask(b'/after', False, s); upto(s, b'/after')
s = ask(b'/interim', False); d = upto(s, b'ok'); assert b'103 Early' in d; ask(b'/n', False, s); upto(s, b'/n')
s = ask(b'/trailers', False); d = upto(s, b'X-Sum: 7\r\n\r\n'); assert b'5;ext=1\r\nhello' in d; ask(b'/n', False, s); upto(s, b'/n')
assert b'BLAH BLAH\r\n\r\nfoo' == allof(ask(b'/nonsense', False))
try: allof(ask(b'/reset', False)); assert False
except ConnectionResetError: pass
assert allof(ask(b'/short', False)).endswith(b'short')
# many at once, some of them given up
def some(i):
    try:
        s = ask(b'/big', False)
        if i % 3 == 0: s.recv(1000); s.close(); return
        n = 0
        while n < 4000000: n += len(s.recv(65536)); time.sleep(0.0005)
        ok.append(i)
    except Exception as e: bad.append((i, e))
ok, bad = [], []
ts = [threading.Thread(target=some, args=(i,)) for i in range(12)]
[t.start() for t in ts]; [t.join() for t in ts]
assert len(ok) == 8 and not bad, (ok, bad)
# the same port again and again
for i in range(20):
    s = conn(80, 33333); ask(b'/p%d' % i, False, s); upto(s, b'/p%d' % i)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
    s.close()
# a byte at a time
s = conn()
for b in b'GET /slow HTTP/1.1\r\nHost: server\r\n\r\n': s.sendall(bytes([b]))
upto(s, b'/slow')
# pipelined, many
s = conn(); s.sendall(b''.join(b'GET /q%d HTTP/1.1\r\nHost: server\r\n\r\n' % i for i in range(300))); s.shutdown(socket.SHUT_WR); d = allof(s)
assert d.count(b'200 OK') == 300 and d.endswith(b'/q299'), d[-200:]
# h2 preface and junk
s = conn(); s.sendall(b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'); s.shutdown(socket.SHUT_WR); allof(s)
# long head
s = conn(); s.sendall(b'GET /long HTTP/1.1\r\nHost: server\r\nX: ' + b'z' * 100000 + b'\r\n\r\n'); upto(s, b'/long')
print('all well')
