# Stands in for a hosts entry: every name leads to ADDRESS, such as 127.0.0.1:4242. The name that TLS verifies stays.
import os
import socket

host, port = os.environ['ADDRESS'].split(':')
getaddrinfo = socket.getaddrinfo
socket.getaddrinfo = lambda name, asked, *rest, **more: getaddrinfo(host, int(port), *rest, **more)
