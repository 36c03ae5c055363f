// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /dev/stutter: user space reads the session's configuration and reports events. A part of
 * spi-stutter.c.
 */

/*
 * One opening of the device. The configuration is asked for at the first read, so that all of one
 * reader's reads see the same text.
 */
struct session {
	struct stutter *stutter;
	char *text; /* NULL before the first read */
	size_t length;
};

static int stutter_open(struct inode *inode, struct file *file)
{
	struct session *session = kzalloc(sizeof(*session), GFP_KERNEL);

	if (!session)
		return -ENOMEM;
	session->stutter = container_of(file->private_data, struct stutter, misc);
	file->private_data = session;
	return 0;
}

static int stutter_release(struct inode *inode, struct file *file)
{
	struct session *session = file->private_data;

	kfree(session->text);
	kfree(session);
	return 0;
}

static int fetch_config(struct session *session)
{
	char *text = kmalloc(STUTTER_PAYLOAD_MAX, GFP_KERNEL);
	int got;

	if (!text)
		return -ENOMEM;
	got = stutter_call(session->stutter, STUTTER_CONFIG, NULL, 0, text, STUTTER_PAYLOAD_MAX);
	if (got < 0) {
		kfree(text);
		return got;
	}
	session->text = text;
	session->length = got;
	return 0;
}

static ssize_t stutter_read(struct file *file, char __user *to, size_t size, loff_t *position)
{
	struct session *session = file->private_data;
	int error = session->text ? 0 : fetch_config(session);

	return error ? error : simple_read_from_buffer(to, size, position, session->text, session->length);
}

static ssize_t stutter_write(struct file *file, const char __user *from, size_t size, loff_t *position)
{
	struct session *session = file->private_data;
	size_t length = size;
	char *line;
	int error;

	if (!size || size > STUTTER_PAYLOAD_MAX)
		return -EMSGSIZE;
	line = memdup_user(from, size);
	if (IS_ERR(line))
		return PTR_ERR(line);
	while (length && line[length - 1] == '\n')
		length--;
	if (!length)
		error = -EMSGSIZE;
	else if (memchr(line, '\n', length))
		error = -EINVAL;
	else
		error = stutter_call(session->stutter, STUTTER_EVENT, line, length, NULL, 0);
	kfree(line);
	return error < 0 ? error : size;
}

static const struct file_operations stutter_file_operations = {
	.owner = THIS_MODULE,
	.open = stutter_open,
	.release = stutter_release,
	.read = stutter_read,
	.write = stutter_write,
};

static void stutter_misc_deregister(void *data)
{
	struct stutter *s = data;

	misc_deregister(&s->misc);
}

static int misc_init(struct stutter *s)
{
	int error;

	s->misc.minor = MISC_DYNAMIC_MINOR;
	s->misc.name = "stutter";
	s->misc.fops = &stutter_file_operations;
	error = misc_register(&s->misc);
	return error ? error : devm_add_action_or_reset(s->dev, stutter_misc_deregister, s);
}
