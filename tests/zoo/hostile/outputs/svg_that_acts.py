"""Shows drawings that would act: handlers and scripts in SVG, a billion laughs, links to a stylesheet, an SVG named PNG."""

# zoo: {"verdict": ["ok"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
import base64

from IPython.display import SVG, Image, display

NAME = "xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'"
LAUGHS = "<!DOCTYPE svg [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{('&' + chr(97 + n) + ';') * 10}'>" for n in range(9)
)
for drawing in (
    f"<svg {NAME} onload='alert(1)'><script>alert(2)</script><a xlink:href='javascript:alert(3)'><text>x</text></a></svg>",
    f"<svg {NAME}><image href='https://evil.invalid/p.png'/><use href='https://evil.invalid/u.svg#a'/></svg>",
    f"<svg {NAME}><foreignObject><iframe src='https://evil.invalid'/></foreignObject><set onbegin='alert(4)'/></svg>",
    f"{LAUGHS}]><svg {NAME}><text>&j;</text></svg>",
):
    display({"image/svg+xml": drawing, "text/plain": "a drawing"}, raw=True)
    display({"image/png": base64.b64encode(drawing.encode()).decode(), "text/plain": "a drawing"}, raw=True)
HEADER = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (2**31 - 1).to_bytes(4, "big") * 2 + b"\x08\x06\0\0\0" + b"\0" * 40
)
display({"image/png": base64.b64encode(HEADER).decode()}, raw=True)
display({"image/jpeg": '"><script>alert(5)</script>', "image/gif": "x' onerror='alert(6)"}, raw=True)
