"""The review app behind a real nginx, configured as docs/review.md says: HTTPS, a prefix, and people whom nginx logs in."""

import contextlib
import html
import re
import ssl
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from click.testing import CliRunner

from deepgrade.cli.main import main
from deepgrade.records import Course
from deepgrade.review.web.access import AccessStore, LoginAttempts, proxy_secret
from deepgrade.review.web.access.attempts import MOST_OF_ADDRESS
from deepgrade.review.web.visits import MOST_TEXT
from review.test_review_in_browser import opened, quiet
from review.test_review_pages import form, make_places
from review.web_client import PASSWORD, token_of
from review.web_server import running
from support.browser import chromium, needs_chromium
from support.nginx import ToLoopback, free_port, make_certificate, needs_nginx, nginx
from support.pages_of_docs import PROJECT

pytestmark = needs_nginx

NAME = "grading.example.edu"
_BLOCK = re.compile(r"^```nginx\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LOCATION = re.compile(r"^    location /review/ \{\n.*?^    \}\n", re.MULTILINE | re.DOTALL)
COUNTED = "proxy_set_header X-Forwarded-For $remote_addr;"
APPENDED = "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"
HOST = "proxy_set_header Host $host;"
SIGN_ON = """server {{
    listen 127.0.0.1:{port};
    location / {{
        if ($cookie_sso = "of-tom") {{ add_header X-Auth-Request-User tom; return 204; }}
        if ($cookie_sso = "of-nobody") {{ return 204; }}
        return 401;
    }}
}}
"""
"""Stands in for a single sign-on: it knows people by a cookie."""
ASKING = """location = /oauth2/auth {{
        internal;
        proxy_pass http://127.0.0.1:{port};
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
    }}
"""


class Way(NamedTuple):
    """One way to an app: where browsers find nginx and the app behind it, and where nginx finds the app."""

    site: str
    base: str
    app: str
    course: Path


class Front:
    """nginx in front of apps, and browsers without a screen."""

    def __init__(self, folder: Path, opened: contextlib.ExitStack) -> None:
        self._folder, self._opened = folder, opened
        self._certificate = make_certificate(folder, NAME)
        self._trust = ssl.create_default_context(cafile=str(self._certificate))
        self._server, self._logging_in = _BLOCK.findall((PROJECT / "docs" / "review.md").read_text("utf-8"))
        self._served: dict[int, str] = {}
        passwords = "".join(f"{name}:{{PLAIN}}{PASSWORD}\n" for name in ("tom", "tina", "stranger"))
        (folder / "passwords").write_text(passwords)

    def app(self, name: str, prefix: str, **settings) -> Way:
        """Start an app with a course of its own, that expects to be found below a prefix."""
        (self._folder / name).mkdir()
        root, course = make_places(self._folder / name)
        site = f"https://{NAME}:{free_port()}"
        settings |= {"public_url": site + prefix, "trusted_proxies": ("127.0.0.1",)}
        address = self._opened.enter_context(running(root, course, **settings))
        printed = CliRunner().invoke(main, ["review", "proxy-secret", "--course", str(course)])
        assert printed.exit_code == 0
        (course / "nginx.secret").write_text(printed.output)
        return Way(site, site + prefix, address.replace("localhost", "127.0.0.1"), course)

    def serve(self, way: Way, *changes: tuple[str, str], logs_in: bool = False) -> Way:
        """Add the server of the docs, as it stands there or changed; return the way through it."""
        text = _LOCATION.sub(lambda _: self._logging_in, self._server) if logs_in else self._server
        port = int(way.site.rpartition(":")[2])
        if port in self._served:
            port = free_port()
        here = [
            ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
            ("/etc/ssl/grading.pem", str(self._certificate)),
            ("/etc/ssl/grading.key", str(self._certificate)),
        ]
        for before, after in (*changes, *here):
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        text = text.replace("/etc/nginx/review.htpasswd", str(self._folder / "passwords"))
        text = text.replace("/etc/nginx/review.secret", str(way.course / "nginx.secret"))
        self._served[port] = text.replace("http://127.0.0.1:8477", way.app)
        site = f"https://{NAME}:{port}"
        return way._replace(site=site, base=way.base.replace(way.site, site))

    def start(self) -> None:
        """Start nginx with all servers."""
        self._opened.enter_context(
            nginx(self._folder / "nginx", "\n".join(self._served.values()), next(iter(self._served)))
        )

    def browser(self, way: Way, address: str = "127.0.0.2", **more) -> httpx.Client:
        """Return a browser at an address of its own, logged out."""
        carrier = ToLoopback(verify=self._trust, local_address=address)
        client = httpx.Client(base_url=way.base, transport=carrier, timeout=30, **more)
        return self._opened.enter_context(client)

    def past_nginx(self, way: Way, address: str) -> httpx.Client:
        """Return something that comes to an app's own port."""
        carrier = httpx.HTTPTransport(local_address=address)
        return self._opened.enter_context(httpx.Client(base_url=way.app, transport=carrier, timeout=30))


class Ways(NamedTuple):
    """All ways that the tests go."""

    front: Front
    docs: Way
    docs_naming: Way
    docs_sign_on: Way
    at_the_root: Way
    prefix_left_on: Way
    address_appended: Way
    address_missing: Way
    host_missing: Way
    host_of_upstream: Way
    naming_nobody: Way
    saying_nothing: Way
    no_app: Way
    second_course: Way


@pytest.fixture(scope="module")
def ways(tmp_path_factory):
    with contextlib.ExitStack() as opened_here:
        front = Front(tmp_path_factory.mktemp("front"), opened_here)
        app, second = front.app("app", "/review"), front.app("second", "/other")
        naming = front.app("naming", "/review", trust_header="X-Remote-User")
        upstream = f"upstream deepgrade {{ server {app.app.removeprefix('http://')}; }}\n"
        beside = f"location /other/ {{ proxy_pass {second.app}/; {HOST} {COUNTED} }}\n"
        port, page = free_port(), (PROJECT / "docs" / "review.md").read_text("utf-8")
        asked = re.search(r"`(auth_request [^`]*)`", page)[1]
        found = Ways(
            front,
            docs=front.serve(app, ("    location", f"    {beside}    location")),
            docs_naming=front.serve(naming, logs_in=True),
            docs_sign_on=front.serve(
                naming,
                ("    location", f"    {ASKING.format(port=port)}    location"),
                ('auth_basic "Review";', asked),
                ("auth_basic_user_file /etc/nginx/review.htpasswd;", ""),
                ("$remote_user", "$who"),
                ("server {", SIGN_ON.format(port=port) + "server {"),
                logs_in=True,
            ),
            at_the_root=front.serve(front.app("root", ""), ("location /review/", "location /")),
            prefix_left_on=front.serve(app, ("8477/;", "8477;")),
            address_appended=front.serve(app, (COUNTED, APPENDED)),
            address_missing=front.serve(app, (COUNTED, "")),
            host_missing=front.serve(app, (HOST, "")),
            host_of_upstream=front.serve(
                app, ("server {", upstream + "server {"), ("127.0.0.1:8477", "deepgrade"), (HOST, "")
            ),
            naming_nobody=front.serve(naming, (HOST, f"{HOST} include /etc/nginx/review.secret;")),
            saying_nothing=front.serve(naming),
            no_app=front.serve(app._replace(app=f"http://127.0.0.1:{free_port()}")),
            second_course=second,
        )
        front.start()
        yield found._replace(second_course=second._replace(base=f"{found.docs.site}/other"))


@pytest.fixture
def browser(ways):
    """Return a function that opens a browser on a way, logged out or as somebody."""

    def open_browser(way: str, who=None, **more):
        client = ways.front.browser(getattr(ways, way), **more)
        if who is not None:
            assert log_in(client, who).status_code == 303
        return client

    return open_browser


def log_in(client, who, password=PASSWORD, base="", **more):
    page = client.get(f"{base}/login")
    data = {"form_token": token_of(page.text), "name": who, "password": password}
    return client.post(f"{base}/login", data=data, **more)


def words(answer):
    """Return what a page says, without its marks."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", answer.text)))


# the app's own accounts


def test_a_forged_host_is_not_answered_and_is_told_where_the_app_is(browser, ways):
    client = browser("docs")
    for host in ("evil.example", f"evil.example:{ways.docs.site.rpartition(':')[2]}", f"{NAME}.evil.example"):
        answer = client.get("/login", headers={"host": host, "x-forwarded-host": NAME})
        assert answer.status_code == 421
        assert ways.docs.base in answer.text and "<" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(("way", "address"), [("docs", "127.0.0.11"), ("address_appended", "127.0.0.12")])
def test_wrong_passwords_are_counted_for_the_browser_whatever_it_claims(browser, ways, way, address):
    store = AccessStore.of(Course(ways.docs.course))
    for number in range(MOST_OF_ADDRESS - 1):
        LoginAttempts(store).count(f"{way}-{number}", address)
    store.close()
    client = browser(way, address=address)

    def claiming(forged):
        return {"headers": {"x-forwarded-for": forged, "x-real-ip": forged, "forwarded": f"for={forged}"}}

    assert log_in(client, f"{way}-a", "wrong password", **claiming("6.6.6.6")).status_code == 401
    for forged in ("6.6.6.7", "127.0.0.1", "6.6.6.8, 127.0.0.1", "", "6.6.6.9:80, [::1]:9"):
        assert log_in(client, "tom", **claiming(forged)).status_code == 429
    assert log_in(browser(way, address="127.0.0.13"), "tom").status_code == 303


def test_nginx_that_hides_who_tries_passwords_is_reported_in_the_log_once(browser, caplog):
    for _ in range(2):
        browser("address_missing", "tom")
    said = [record.getMessage() for record in caplog.records if "X-Forwarded-For" in record.getMessage()]
    assert len(said) == 1 and "proxy_set_header X-Forwarded-For $remote_addr;" in said[0]


def test_cookies_are_of_this_host_by_https_alone_and_closed_to_scripts(browser):
    client = browser("docs")
    cookies = client.get("/login").headers.get_list("set-cookie")
    cookies += log_in(client, "tom").headers.get_list("set-cookie")
    names = [cookie.partition("=")[0] for cookie in cookies]
    assert sorted(set(names)) == ["__Host-deepgrade_login_review", "__Host-deepgrade_review_review"]
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} < set(cookie.split("; "))
        assert "Domain" not in cookie


def test_two_courses_on_one_host_let_each_other_be(browser, ways):
    client, other = browser("docs", "tom"), ways.second_course.base
    assert log_in(client, "tina", base=other).status_code == 303
    assert "tom TA" in words(client.get("/account"))
    assert "tina TA" in words(client.get(f"{other}/account"))


def test_redirects_stay_with_https_below_the_prefix(browser, ways):
    client, site, base = browser("docs"), ways.docs.site, ways.docs.base
    assert client.get(base).headers["location"] == f"{base}/"
    assert client.get("/").headers["location"] == "/review/login"
    asked = client.get("/labs/small/queue?kind=manual").headers["location"]
    assert asked == "/review/login?next=%2Freview%2Flabs%2Fsmall%2Fqueue%3Fkind%3Dmanual"
    assert log_in(client, "tom").headers["location"] == "/review/"
    assert client.get("/labs/small/").status_code == client.get("/labs/small/queue/").status_code == 200
    assert client.get(f"{base}//evil.example/").status_code == 404
    assert client.get(f"{site}/labs/small").status_code == 404  # nginx's own


@pytest.mark.parametrize("way", ["docs", "prefix_left_on"])
def test_all_that_pages_name_is_found_below_the_prefix(browser, ways, way):
    client = browser(way, "ada")
    seen, waiting = set(), ["/review/"]
    while waiting and len(seen) < 40:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(getattr(ways, way).site + path)
        # The class of these tests has no runs any more: the app says so in the frame.
        assert answer.status_code == (404 if path.endswith("/frame") else 200), path
        if "/static/" in path:
            kind = {"css": "text/css", "js": "text/javascript"}[path.rpartition(".")[2]]
            assert answer.headers["content-type"].startswith(kind)
            assert "immutable" in answer.headers["cache-control"]
            continue
        named = [html.unescape(one) for one in re.findall(r'(?:href|src|action)="([^"#]+)"', answer.text)]
        assert [one for one in named if not one.startswith(("/review/", "data:"))] == []
        waiting += [html.unescape(one) for one in re.findall(r'(?:href|src)="(/[^"#]+)"', answer.text)]
    assert len(seen) > 25


def test_a_prefix_that_is_left_on_does_for_forms_too(browser):
    client = browser("prefix_left_on", "tom")
    data = {"form_token": token_of(client.get("/account").text), "hidden": "1", "next": "/review/labs/small/"}
    assert client.post("/names", data=data).headers["location"] == "/review/labs/small/"
    assert "Show names" in words(client.get("/labs/small/"))


def test_the_app_may_have_the_whole_host(browser):
    client = browser("at_the_root", "tom")
    assert client.cookies["__Host-deepgrade_review"]
    assert "Small" in words(client.get("/"))
    assert client.get("/labs/small/").status_code == 200


def test_a_host_that_is_not_passed_on_is_no_harm_under_the_apps_own_address(browser):
    assert "Small" in words(browser("host_missing", "tom").get("/"))


def test_a_host_made_up_by_nginx_is_refused_with_what_to_change(browser):
    answer = browser("host_of_upstream").get("/login")
    assert answer.status_code == 421
    assert "'deepgrade'" in answer.text and "proxy_set_header Host $host" in answer.text


def test_an_app_that_is_down_is_nginx_own_502(browser):
    assert browser("no_app").get("/").status_code == 502


def test_a_form_under_another_address_than_behind_proxy_says_is_refused_with_what_to_change(browser, ways):
    client = browser("host_missing")
    seen = {"origin": ways.host_missing.site, "sec-fetch-site": "same-origin"}
    answer = log_in(client, "tom", headers=seen)
    assert answer.status_code == 403
    assert ways.host_missing.site in words(answer) and ways.docs.base in words(answer)
    foreign = log_in(
        client, "tom", headers={"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    )
    assert foreign.status_code == 403 and "--behind-proxy" not in foreign.text


def test_the_longest_comment_arrives_and_longer_forms_are_refused_in_words(browser):
    client = browser("docs", "tom")
    listed = client.get("/labs/small/queue?kind=manual").text
    item = client.get(
        html.unescape(re.search(r'<a href="/review(/labs/small/items/[^"]*)"><bdi>Bert</bdi>', listed)[1])
    )
    fields = form(item, "grade") | {"go": "stay", "points": "0.5"}
    sent = client.post("/labs/small/decide", data=fields | {"comment": "\U0001f600" * MOST_TEXT})
    assert sent.status_code == 303 and sent.headers["location"].startswith("/review/labs/small/items/")
    for kib in (300, 900):
        answer = client.post("/labs/small/decide", data=fields | {"comment": "x" * (kib << 10)})
        assert answer.status_code == 413 and "at most 256 KiB" in words(answer)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert client.post("/labs/small/decide", data={"comment": "x" * (1100 << 10)}).status_code == 413


@needs_chromium
def test_a_ta_grades_by_keyboard_undoes_and_logs_out(ways):
    heard, base = [], ways.docs.base
    port = ways.docs.site.rpartition(":")[2]
    with chromium(f"--host-resolver-rules=MAP {NAME}:{port} 127.0.0.1:{port}") as screen:
        page = opened(screen, base, "tina", ignore_https_errors=True)
        quiet(page, base, heard)
        page.goto(f"{base}/labs/small/queue?kind=manual")
        with page.expect_navigation():
            page.keyboard.press("g")
        page.keyboard.press("1")
        assert page.inner_text("[data-sum]") == "0.6"
        with page.expect_navigation():
            page.keyboard.press("s")
        assert "Saved: a3" in page.inner_text(".said-bar")
        with page.expect_navigation():
            page.keyboard.press("z")
        assert "takes back" in page.inner_text(".said-bar")
        assert heard == []
        page.goto(f"{base}/account/")
        page.click("button:has-text('Log out')")
        page.wait_for_url(f"{base}/login")
        page.goto(f"{base}/labs/small")
        assert page.url.startswith(f"{base}/login?next=")
    assert [said for said in heard if not said.startswith("Clear-Site-Data header")] == []


# people whom nginx logs in


def test_whom_nginx_does_not_know_does_not_reach_the_app(browser):
    client = browser("docs_naming")
    for headers in ({}, {"x-remote-user": "ada"}, {"x_remote_user": "ada"}):
        answer = client.get("/account", headers=headers)
        assert answer.status_code == 401 and "basic" in answer.headers["www-authenticate"].lower()
        assert "content-security-policy" not in answer.headers
    wrong = browser("docs_naming", auth=("tom", "wrong password"))
    assert wrong.get("/account", headers={"x-remote-user": "ada"}).status_code == 401


@pytest.mark.parametrize(
    "forged",
    [
        [("X-Remote-User", "ada")],
        [("x_remote_user", "ada")],
        [("X-Remote-User", "ada"), ("X-Remote-User", "ada")],
        [
            ("X-Remote-User", ""),
            ("X_Remote-User", "ada"),
            ("X-Forwarded-User", "ada"),
            ("Remote-User", "ada"),
        ],
        [("Connection", "X-Remote-User"), ("X-Remote-User", "ada")],
    ],
)
def test_a_name_that_the_browser_sends_itself_gains_nothing(browser, forged):
    client = browser("docs_naming", auth=("tom", PASSWORD))
    answer = client.get("/account", headers=forged)
    assert answer.status_code == 200
    assert "tom TA" in words(answer) and "ada" not in words(answer)
    assert client.get("/accounts", headers=forged).status_code == 403


def test_people_whom_nginx_names_grade_and_log_out_there(browser):
    client = browser("docs_naming", auth=("tina", PASSWORD))
    assert client.get("/login").headers["location"] == "/review/"
    page = client.get("/account")
    assert "by the web server in front, where you log out too" in words(page)
    assert not re.search(r'action="[^"]*/(?:logout|account/password)"', page.text)
    answer = client.post("/names", data={"form_token": token_of(page.text), "hidden": "1"})
    assert answer.status_code == 303
    assert "Show names" in words(client.get("/"))
    cookie = page.headers["set-cookie"]
    assert cookie.startswith("__Host-deepgrade_review_review=") and "Secure" in cookie


def test_somebody_without_an_account_is_told_what_to_do(browser):
    answer = browser("docs_naming", auth=("stranger", PASSWORD)).get("/")
    assert answer.status_code == 403
    assert "stranger has no account here" in words(answer)
    assert "deepgrade review account add NAME --role ta --no-password" in words(answer)


def test_nginx_that_names_nobody_lets_nobody_in_and_says_what_is_missing(browser):
    answer = browser("naming_nobody").get("/")
    assert answer.status_code == 401
    assert "in the header X-Remote-User" in words(answer)


def test_nginx_that_passes_on_what_browsers_send_opens_nothing(browser):
    client = browser("saying_nothing")
    for secret in ({}, {"x-deepgrade-secret": "guessed"}):
        answer = client.get("/account", headers={"x-remote-user": "ada", **secret})
        assert answer.status_code == 403 and "set-cookie" not in answer.headers
        assert "deepgrade review proxy-secret" in words(answer)


def test_another_user_of_the_machine_is_nobody_without_the_secret(ways):
    client = ways.front.past_nginx(ways.docs_naming, "127.0.0.1")
    secret = proxy_secret(ways.docs_naming.course)
    for shown in ([], [""], [secret[:-1]], [secret + "a"], [secret.upper()], [secret, secret], ["\u00e9"]):
        headers = [("x-remote-user", "ada"), *(("x-deepgrade-secret", one.encode()) for one in shown)]
        answer = client.get("/account", headers=headers)
        assert answer.status_code == 403 and "set-cookie" not in answer.headers
        assert secret not in answer.text
    right = {"x-remote-user": "ada", "x-deepgrade-secret": secret}
    assert "ada instructor" in words(client.get("/account", headers=right))


def test_who_comes_past_nginx_is_nobody_whatever_the_header_says(ways):
    client = ways.front.past_nginx(ways.docs_naming, "127.0.0.3")
    for headers in (
        {},
        {"x-forwarded-for": "127.0.0.1"},
        {"x-real-ip": "127.0.0.1", "forwarded": "for=127.0.0.1"},
    ):
        answer = client.get("/account", headers={"x-remote-user": "ada", **headers})
        assert answer.status_code == 403
        assert ways.docs_naming.base in words(answer) and "127.0.0.3" in words(answer)
        assert "set-cookie" not in answer.headers


def test_a_session_that_nginx_opened_is_worth_nothing_without_nginx(browser, ways):
    client = browser("docs_naming", auth=("tom", PASSWORD))
    client.get("/account")
    kept = {"cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}
    assert "__Host-deepgrade_review_review=" in kept["cookie"]
    assert (
        ways.front.past_nginx(ways.docs_naming, "127.0.0.3").get("/account", headers=kept).status_code == 403
    )
    assert (
        ways.front.past_nginx(ways.docs_naming, "127.0.0.1").get("/account", headers=kept).status_code == 403
    )


def test_a_single_sign_on_names_people_and_browsers_do_not(browser):
    named = {"x-remote-user": "ada", "x-auth-request-user": "ada"}
    assert browser("docs_sign_on").get("/account", headers=named).status_code == 401
    tom = browser("docs_sign_on", cookies={"sso": "of-tom"})
    assert "tom TA" in words(tom.get("/account", headers=named))
    assert tom.get("/accounts", headers=named).status_code == 403
    answer = browser("docs_sign_on", cookies={"sso": "of-nobody"}).get("/account", headers=named)
    assert answer.status_code == 401 and "did not say who you are" in words(answer)
