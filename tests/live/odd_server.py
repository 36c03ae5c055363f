# SPDX-License-Identifier: GPL-2.0-or-later
# A server of odd habits: 80 speaks HTTP of many kinds, 8080 and 8443 something else.
import socket, threading, time
def http(c):
    f = c.makefile('rb')
    while True:
        line = f.readline()
        if not line: break
        h = {}
        while True:
            l = f.readline()
            if l in (b'\r\n', b''): break
            k, v = l.split(b':', 1); h[k.lower()] = v.strip()
        if len(line.split()) < 2: break
        p = line.split()[1]
        if p == b'/ws':
            c.sendall(b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nhello')
            while True:
                d = f.read1(65536)
                if not d: break
                c.sendall(d)
            break
        if p == b'/early':
            c.sendall(b'HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig'); time.sleep(0.3); break
        if p == b'/early-keep':
            c.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly'); f.read(int(h[b'content-length'])); continue
        if p == b'/interim':
            c.sendall(b'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'); continue
        if p == b'/trailers':
            c.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5;ext=1\r\nhello\r\n0\r\nX-Sum: 7\r\n\r\n'); continue
        if p == b'/nonsense':
            c.sendall(b'BLAH BLAH\r\n\r\nfoo'); break
        if p == b'/reset':
            c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0'); c.close(); return
        if p == b'/short':
            c.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort'); break
        if p == b'/big':
            c.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n' + b'b' * 4000000); continue
        c.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s' % (len(p), p))
    try: c.shutdown(socket.SHUT_RDWR)
    except OSError: pass
    c.close()
def greet(c):
    c.sendall(b'220 welcome\r\n'); d = c.recv(100); c.sendall(b'you said ' + d); c.close()
def greeted(c):
    d = c.recv(100); c.sendall(b'you said ' + d); c.close()
def serve(port, what):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('', port)); s.listen(200)
    while True:
        c, _ = s.accept(); threading.Thread(target=lambda: run(what, c), daemon=True).start()
def run(what, c):
    try: what(c)
    except OSError: pass
threading.Thread(target=serve, args=(8080, greet), daemon=True).start()
threading.Thread(target=serve, args=(8443, greeted), daemon=True).start()
serve(80, http)
