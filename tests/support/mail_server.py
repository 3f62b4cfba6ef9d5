"""A mail server on loopback that keeps what it gets, refuses whom it is told to, and may hang up."""

import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default


class _Talk(socketserver.StreamRequestHandler):
    def handle(self):
        """Speak as much SMTP as a client needs."""
        box = self.server.box
        self._say("220 here")
        to = []
        for line in self.rfile:
            word = line.decode("ascii", "replace").strip()
            verb = word.upper().split(" ")[0]
            if verb in ("EHLO", "HELO"):
                self._say("250 here")
            elif verb == "RCPT":
                address = word.partition("<")[2].partition(">")[0]
                if address in box.refused:
                    self._say("550 no such person")
                else:
                    to.append(address)
                    self._say("250 ok")
            elif verb == "DATA":
                self._say("354 go on")
                lines = []
                for text in self.rfile:
                    if text == b".\r\n":
                        break
                    lines.append(text[1:] if text.startswith(b".") else text)
                box.got.append((to[0], message_from_bytes(b"".join(lines), policy=default)))
                self._say("250 taken")
                to = []
                if box.hang_up_after is not None and len(box.got) >= box.hang_up_after:
                    return
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                to = [] if verb in ("MAIL", "RSET") else to
                self._say("250 ok")

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class Box:
    """What a server got."""

    def __init__(self):
        self.got, self.refused, self.hang_up_after, self.port = [], set(), None, 0


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def mail_server():
    """Start a server and yield its box."""
    box = Box()
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.box, box.port = box, server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join()
