"""Who comes into the review app, and who does not."""

import re
import sqlite3
import statistics
import threading
import time
from datetime import timedelta

import pytest
from starlette.datastructures import Headers

from deepgrade.records import Course
from deepgrade.review.web.access import (
    AccessStore,
    Accounts,
    LoginAttempts,
    Role,
    Sessions,
    TooManyAttempts,
    proxy_secret,
)
from deepgrade.review.web.access import attempts as attempts_module
from deepgrade.review.web.access import sessions as sessions_module
from deepgrade.review.web.access import store as store_module
from deepgrade.review.web.errors import AccessError
from deepgrade.review.web.security import peer_address
from deepgrade.review.web.settings import WebSettings
from review.web_client import PASSWORD, served, token_of
from support.small_class import make_small_lab

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is refused


@pytest.fixture
def course(tmp_path):
    make_small_lab(tmp_path / "root")
    return tmp_path / "course"


@pytest.fixture
def browser(course, tmp_path):
    with served(tmp_path / "root", course) as opened:
        yield opened


@pytest.fixture
def store(course):
    opened = AccessStore.of(Course(course))
    yield opened
    opened.close()


def moved(monkeypatch, by):
    """Set the clock of accounts and sessions forward."""
    real = store_module.now
    for module in (attempts_module, sessions_module):
        monkeypatch.setattr(module, "now", lambda: real() + by)


@pytest.mark.parametrize(
    "path", ["/", "/account", "/accounts", "/labs/small", "/labs/small/queue", "/nothing"]
)
def test_no_page_is_shown_to_who_is_not_logged_in(browser, path):
    answer = browser().get(path)
    assert answer.status_code in (303, 404)
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/login")


def test_wrong_password_and_unknown_name_get_the_same_answer(browser):
    one, other = browser(), browser()
    wrong, unknown = one.log_in("tom", "x" * 20), other.log_in("nobody", "x" * 20)
    assert wrong.status_code == unknown.status_code == 401

    def words(answer):
        return re.sub(r'value="[^"]*"', "", answer.text)

    assert words(wrong) == words(unknown)


@pytest.mark.usefixtures("real_passwords")
def test_unknown_names_take_as_long_as_known_ones(store):
    accounts = Accounts(store)
    accounts.add("tom", Role.TA, PASSWORD)

    def median(name):
        times = []
        for _ in range(7):
            began = time.process_time()
            assert accounts.verify(name, "wrong password here") is None
            times.append(time.process_time() - began)
        return statistics.median(times)

    median("tom")
    known, unknown = median("tom"), median("nobody")
    assert 0.5 < unknown / known < 2


def test_after_too_many_attempts_the_right_password_is_refused_too(browser):
    client = browser()
    for _ in range(attempts_module.MOST_OF_ACCOUNT):
        assert client.log_in("tom", "wrong password").status_code == 401
    answer = client.log_in("tom", PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 60
    assert browser(address="10.0.0.2").log_in("tina", PASSWORD).status_code == 303


def test_names_without_an_account_are_counted_alike(browser):
    client = browser()
    for _ in range(attempts_module.MOST_OF_ACCOUNT):
        client.log_in("nobody", "wrong password")
    assert client.log_in("nobody", "wrong password").status_code == 429


def test_one_address_may_not_try_many_names(browser):
    client = browser()
    for number in range(attempts_module.MOST_OF_ADDRESS):
        client.log_in(f"n{number}", "wrong password")
    assert client.log_in("tom", PASSWORD).status_code == 429
    assert browser(address="10.0.0.2").log_in("tom", PASSWORD).status_code == 303


def test_attempts_are_forgotten_after_a_quarter_of_an_hour(browser, monkeypatch):
    client = browser()
    for _ in range(attempts_module.MOST_OF_ACCOUNT):
        client.log_in("tom", "wrong password")
    moved(monkeypatch, attempts_module.WINDOW + timedelta(seconds=1))
    assert client.log_in("tom", PASSWORD).status_code == 303


def test_a_burst_of_attempts_gets_no_more_tries_than_a_queue(store):
    counters, taken, refused = LoginAttempts(store), [], []

    def attempt():
        try:
            taken.append(counters.count("tom", "10.0.0.1"))
        except TooManyAttempts:
            refused.append(1)

    threads = [threading.Thread(target=attempt) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == attempts_module.MOST_OF_ACCOUNT
    assert len(taken) + len(refused) == 30


def test_forms_without_the_token_of_the_session_change_nothing(browser):
    client, other = browser("tom"), browser("tina")
    foreign = token_of(other.get("/account").text)
    for data in ({}, {"form_token": ""}, {"form_token": "x"}, {"form_token": foreign}):
        for path in ("/names", "/logout"):
            assert client.post(path, data={"hidden": "1", **data}).status_code == 403
    assert "Hide names" in client.get("/account").text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost.evil.example"},
        {"origin": "http://localhost:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_forms_from_other_sites_change_nothing(browser, headers):
    client = browser("tom")
    data = {"form_token": token_of(client.get("/account").text), "hidden": "1"}
    assert client.post("/names", data=data, headers=headers).status_code == 403
    assert client.post("/names", data=data, headers={"origin": "http://localhost"}).status_code == 303


def test_log_in_from_another_site_is_refused(browser):
    client, attacker = browser(), browser()
    page = attacker.get("/login")
    data = {"form_token": token_of(page.text), "name": "tom", "password": PASSWORD}
    assert client.post("/login", data=data).status_code == 403


def test_other_hosts_are_not_answered(browser):
    client = browser()
    for host in ("evil.example", "evil.example:8477", "localhost.evil.example", ""):
        assert client.get("/login", headers={"host": host}).status_code == 421
    for host in ("localhost:8477", "127.0.0.1:8477", "[::1]:8477"):
        assert client.get("/login", headers={"host": host}).status_code == 200


def test_large_and_strange_bodies_are_refused(browser):
    client = browser("tom")
    assert client.post("/names", data={"x": "a" * (300 << 10)}).status_code == 413
    assert client.post("/names", json={"hidden": 1}).status_code == 415
    assert client.post("/names", files={"f": b"x"}).status_code == 415
    many = "&".join(f"f{n}=1" for n in range(1000))
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/names", content=many, headers=kind).status_code == 400
    assert client.post("/names", content=b"x=%ff\xff", headers=kind).status_code == 400


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "evil"]
)
def test_nobody_is_sent_elsewhere_after_log_in(browser, target):
    client = browser()
    page = client.get("/login", params={"next": target})
    assert "evil" not in page.text and "javascript" not in page.text
    assert client.log_in("tom", PASSWORD, next=target).headers["location"] == "/"
    assert browser("tom").post_form("/names", {"next": target}).headers["location"] == "/"


def test_after_log_in_one_is_where_one_wanted_to_be(browser):
    client = browser()
    asked = client.get("/labs/small/queue?kind=manual")
    page = client.get(asked.headers["location"])
    wanted = re.search(r'name="next" value="([^"]*)"', page.text)[1].replace("&amp;", "&")
    assert client.log_in("tom", PASSWORD, next=wanted).headers["location"] == "/labs/small/queue?kind=manual"


def test_log_in_begins_a_new_session_and_ends_the_old_one(browser):
    client = browser("tom")
    old = client.cookies["deepgrade_review"]
    client.log_in("tom", PASSWORD)
    assert client.cookies["deepgrade_review"] != old
    thief = browser()
    thief.cookies.set("deepgrade_review", old)
    assert thief.get("/account").status_code == 303


def test_a_planted_session_is_worth_nothing(browser):
    client = browser()
    client.cookies.set("deepgrade_review", "A" * 43)
    client.log_in("tom", PASSWORD)
    thief = browser()
    thief.cookies.set("deepgrade_review", "A" * 43)
    assert thief.get("/account").status_code == 303


def test_a_session_ends_when_it_is_idle_and_when_it_is_old(browser, monkeypatch):
    client = browser("tom")
    moved(monkeypatch, sessions_module.IDLE - timedelta(minutes=1))
    assert client.get("/account").status_code == 200
    moved(monkeypatch, 2 * sessions_module.IDLE - timedelta(minutes=2))
    assert client.get("/account").status_code == 200
    moved(monkeypatch, 3 * sessions_module.IDLE)
    assert client.get("/account").status_code == 303

    busy = sessions_module.IDLE - timedelta(minutes=5)
    monkeypatch.undo()
    client = browser("tom")
    passed = timedelta()
    while passed + busy < sessions_module.LONGEST:
        passed += busy
        moved(monkeypatch, passed)
        assert client.get("/account").status_code == 200
    moved(monkeypatch, sessions_module.LONGEST + timedelta(minutes=1))
    assert client.get("/account").status_code == 303


def test_logging_out_ends_the_session_on_the_server(browser):
    client = browser("tom")
    kept = client.cookies["deepgrade_review"]
    assert client.post_form("/logout", {}).status_code == 303
    thief = browser()
    thief.cookies.set("deepgrade_review", kept)
    assert thief.get("/account").status_code == 303


def test_a_changed_password_ends_all_other_sessions(browser):
    client, other = browser("tom"), browser("tom")
    new = "another sentence of mine"
    data = {"current": PASSWORD, "password": new, "again": new}
    assert client.post_form("/account/password", data | {"current": "wrong"}).status_code == 400
    assert client.post_form("/account/password", data | {"again": "else"}).status_code == 400
    assert (
        client.post_form("/account/password", data | {"password": "short", "again": "short"}).status_code
        == 400
    )
    assert other.get("/account").status_code == 200
    assert client.post_form("/account/password", data).status_code == 303
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert other.log_in("tom", PASSWORD).status_code == 401
    assert other.log_in("tom", new).status_code == 303


def test_a_closed_account_is_out_at_once_and_its_name_stays_taken(browser, store):
    client = browser("tom")
    Accounts(store).close("tom")
    assert client.get("/account").status_code == 303
    assert client.log_in("tom", PASSWORD).status_code == 401
    with pytest.raises(AccessError, match="already"):
        Accounts(store).add("tom", Role.TA, PASSWORD)


def test_pages_for_instructors_are_closed_to_tas(browser, store):
    client = browser("tom")
    assert client.get("/accounts").status_code == 403
    Accounts(store).set_role("tom", Role.INSTRUCTOR)
    assert client.get("/accounts").status_code == 200


@pytest.mark.parametrize("name", ["", "a b", "Tom!", "<b>", "x" * 65, ".", "../x", "tom\n"])
def test_names_of_accounts_are_plain(store, name):
    if name != "tom\n":
        with pytest.raises(AccessError):
            Accounts(store).add(name, Role.TA, PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "tom" * 4, "aaaaaaaaaaaaaaaa", "x" * 300])
def test_weak_passwords_are_refused(store, password):
    with pytest.raises(AccessError):
        Accounts(store).add("tom", Role.TA, password)


def test_names_differ_in_no_way_that_people_miss(store):
    Accounts(store).add("Tom", Role.TA, PASSWORD)
    with pytest.raises(AccessError, match="already"):
        Accounts(store).add("tom", Role.TA, PASSWORD)
    assert Accounts(store).verify(" TOM ", PASSWORD).name == "tom"


@pytest.mark.usefixtures("real_passwords")
def test_the_file_holds_no_password_and_no_session(course, store):
    Accounts(store).add("tom", Role.TA, PASSWORD)
    token = Sessions(store).begin("tom", "password")
    kept = b"".join(path.read_bytes() for path in course.glob("access.db*"))
    assert PASSWORD.encode() not in kept
    assert token.encode() not in kept
    assert (course / "access.db").stat().st_mode & 0o077 == 0
    with sqlite3.connect(course / "access.db") as database:
        assert (
            database.execute("SELECT password_hash FROM account")
            .fetchone()[0]
            .startswith("$argon2id$v=19$m=65536,t=3,")
        )


def test_cookies_are_closed_to_scripts_and_other_sites(browser):
    answer = browser().log_in("tom", PASSWORD)
    cookies = answer.headers.get_list("set-cookie")
    session = next(c for c in cookies if c.startswith("deepgrade_review="))
    for word in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert word in session


def test_every_answer_has_the_headers(browser):
    client = browser("tom")
    for path in ("/", "/login", "/nothing", "/account", "/accounts"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert (
            "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        )
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


# behind a proxy


@pytest.fixture
def proxied(course, tmp_path):
    secret = proxy_secret(course)
    with served(
        tmp_path / "root",
        course,
        public_url="https://grading.example.edu/review",
        trust_header="X-Remote-User",
        trusted_proxies=("127.0.0.1",),
    ) as opened:

        def through(address="127.0.0.1"):
            client = opened(address=address, base="https://grading.example.edu")
            client.headers["X-Deepgrade-Secret"] = secret
            return client

        yield through


def test_an_app_that_trusts_a_header_does_not_start_where_others_can_read_the_secret(course, tmp_path):
    proxy_secret(course)
    (course / "proxy-secret").chmod(0o644)
    settings = {"trust_header": "X-Remote-User", "trusted_proxies": ("127.0.0.1",)}
    with (
        pytest.raises(AccessError, match="proxy-secret --new"),
        served(tmp_path / "root", course, **settings),
    ):
        pass
    assert proxy_secret(course, renew=True) == proxy_secret(course)


@pytest.mark.parametrize("content", [b"", b"short\n", b"a" * 40 + b'"; return 200;', b"\xff" * 40])
def test_a_file_that_holds_no_secret_is_refused(tmp_path, content):
    path = tmp_path / "proxy-secret"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(AccessError, match="proxy-secret"):
        proxy_secret(tmp_path)


def test_every_course_has_a_secret_of_its_own_and_keeps_it(tmp_path):
    first = proxy_secret(tmp_path)
    assert len(first) == 43 and proxy_secret(tmp_path) == first
    assert (tmp_path / "proxy-secret").stat().st_mode & 0o777 == 0o600
    assert len({first, proxy_secret(tmp_path, renew=True), proxy_secret(tmp_path / "other")}) == 3


def test_the_proxys_word_counts_and_nobody_elses(proxied):
    named = {"X-Remote-User": "tom"}
    assert proxied().get("/account", headers=named).status_code == 200
    assert proxied("10.0.0.9").get("/account", headers=named).status_code == 403
    assert proxied().get("/account").status_code == 401
    assert proxied().get("/account", headers={"X-Remote-User": "stranger"}).status_code == 403
    assert (
        proxied().get("/account", headers=[("X-Remote-User", "tom"), ("X-Remote-User", "ada")]).status_code
        == 401
    )


def test_passwords_open_nothing_where_the_proxy_logs_people_in(proxied):
    client = proxied()
    assert client.get("/login").status_code == 303
    assert client.post("/login", data={"name": "tom", "password": PASSWORD}).status_code == 303
    assert client.get("/account").status_code == 401


def test_a_session_through_the_proxy_follows_who_is_named(proxied):
    client = proxied()
    assert "tom" in client.get("/account", headers={"X-Remote-User": "tom"}).text
    page = client.get("/account", headers={"X-Remote-User": "tina"}).text
    assert "tina" in page and "tom" not in page
    assert client.get("/account").status_code == 401


def test_cookies_behind_https_are_secure_and_of_this_host(proxied):
    answer = proxied().get("/account", headers={"X-Remote-User": "tom"})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-deepgrade_review_review=") and "Secure" in cookie
    assert "strict-transport-security" in answer.headers


def test_addresses_begin_with_the_proxys_path(proxied):
    page = proxied().get("/account", headers={"X-Remote-User": "tom"}).text
    assert 'href="/review/static/' in page
    assert re.findall(r'(?:href|action)="/(?!review/)[^"]*"', page) == []


def test_the_address_that_counts_is_the_one_before_the_trusted_proxies(course, tmp_path):
    settings = {"public_url": "https://grading.example.edu", "trusted_proxies": ("127.0.0.0/8",)}
    with served(tmp_path / "root", course, **settings) as opened:
        client = opened(address="127.0.0.1", base="https://grading.example.edu")

        def tried(name, forwarded):
            token = token_of(client.get("/login").text)
            data = {"form_token": token, "name": name, "password": "wrong password"}
            return client.post("/login", data=data, headers={"X-Forwarded-For": forwarded}).status_code

        for number in range(attempts_module.MOST_OF_ADDRESS):
            # What the client itself claims to be forwarded for does not help it.
            assert tried(f"n{number}", f"6.6.6.{number}, 10.0.0.1") == 401
        assert tried("other", "7.7.7.7, 10.0.0.1") == 429
        assert tried("other", "10.0.0.2") == 401


@pytest.mark.parametrize(
    ("forwarded", "counted"),
    [
        (["6.6.6.6, 10.0.0.1"], "10.0.0.1"),
        (["6.6.6.6", "10.0.0.1"], "10.0.0.1"),
        (["10.0.0.1, 127.0.0.2"], "10.0.0.1"),
        (["10.0.0.1:40001"], "10.0.0.1"),
        (["[2001:db8::1]:40001"], "2001:db8::/64"),
        (["2001:db8::2:3:4:5"], "2001:db8::/64"),
        (["::ffff:10.0.0.1"], "10.0.0.1"),
        (["unknown"], "unknown"),
        (["6.6.6.6,"], "6.6.6.6"),
        ([""], "127.0.0.1"),
        ([], "127.0.0.1"),
    ],
)
def test_attempts_are_counted_for_an_address_that_its_owner_cannot_vary(tmp_path, forwarded, counted):
    settings = WebSettings(
        root=tmp_path, course=tmp_path, public_url="https://g.example.edu", trusted_proxies=("127.0.0.0/8",)
    )
    headers = Headers(raw=[(b"x-forwarded-for", line.encode()) for line in forwarded])
    assert peer_address({"client": ("127.0.0.1", 4000)}, headers, settings) == counted
    assert peer_address({"client": ("10.0.0.9", 4000)}, headers, settings) == "10.0.0.9"


@pytest.mark.parametrize("path", ["", "/", "//"])
@pytest.mark.parametrize(
    ("prefix", "left_on"),
    [("/review", True), ("/review", False), ("/a%20b/c", True), ("/labs", False), ("", False)],
)
def test_a_prefix_is_taken_off_where_the_web_server_leaves_it_on(course, tmp_path, prefix, left_on, path):
    settings = {"public_url": f"https://g.example.edu{prefix}"}
    with served(tmp_path / "root", course, **settings) as opened:
        client = opened("tom", base="https://g.example.edu")
        before = prefix if left_on else ""
        assert client.get(f"{before}/account{path}").status_code == 200
        assert client.get(f"{before}/labs/nothing{path}").status_code == 404
        assert "no lab nothing" in client.get(f"{before}/labs/nothing{path}").text
        assert client.get(f"/other/account{path}").status_code == 404


def test_names_that_are_not_plain_are_nobodys(proxied):
    name = "t\u00bam".encode("latin-1")  # NFKC has it as tom
    assert proxied().get("/account", headers={b"X-Remote-User": name}).status_code == 403


def test_a_form_that_is_too_large_is_refused_in_words(browser):
    client = browser("tom")
    answer = client.post("/names", data={"x": "a" * (300 << 10)})
    assert "at most 256 KiB" in answer.text and "content-security-policy" in answer.headers
    answer = client.post("/names", data={"x": "a" * (2 << 20)})
    assert answer.status_code == 413 and "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    "settings",
    [
        {"host": EVERYWHERE},
        {"host": "::"},
        {"host": "grading"},
        {"public_url": "http://grading.example.edu"},
        {"public_url": "grading.example.edu"},
        {"trust_header": "X-Remote-User"},
        {"trust_header": "X-Remote-User", "trusted_proxies": ("localhost",)},
        {"trusted_proxies": ("127.0.0.1",)},
        {"trust_header": "X-Remote-User", "trusted_proxies": ("127.0.0.1", "0.0.0.0/0")},
        {"trust_header": "X-Remote-User", "trusted_proxies": ("::/0",)},
        {"trust_header": "X_Remote_User", "trusted_proxies": ("127.0.0.1",)},
        {"trust_header": "", "trusted_proxies": ("127.0.0.1",)},
    ],
)
def test_settings_that_would_let_strangers_in_are_refused(tmp_path, settings):
    with pytest.raises(AccessError):
        WebSettings(root=tmp_path, course=tmp_path, **settings)


def test_other_machines_come_in_where_it_is_said_how(tmp_path):
    assert WebSettings(root=tmp_path, course=tmp_path, host=EVERYWHERE, insecure_http=True).hosts is None
    behind = WebSettings(
        root=tmp_path, course=tmp_path, host=EVERYWHERE, public_url="https://g.example.edu/r/"
    )
    assert behind.secure and behind.prefix == "/r" and "g.example.edu" in behind.hosts
