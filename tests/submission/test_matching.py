"""Whose is it? Exact ids, then full names, and nobody by a guess."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.submission import (
    Clues,
    Match,
    Roster,
    Submitter,
    match_all,
    match_without_roster,
    parse_roster,
)

ROSTER = parse_roster(
    """student,First name,Last name,email,SIS ID,login,Canvas ID,Moodle ID
jdoe,Jane,Doe,jane@case.edu,0012,jxd1,12345,501
alee,Ann,Lee,ann.lee@case.edu,0013,axl2,12346,502
jmul,Jörg,Müller,joerg@case.edu,0014,jxm3,12347,503
smi1,Sam,Smith,sam1@case.edu,0015,sxs4,12348,504
smi2,Sam,Smith,sam2@case.edu,0016,sxs5,12349,505
vdb,Anna Maria,van den Berg,amb@case.edu,0017,axv6,12350,506
""".encode()
)


def one(clues, roster=ROSTER):
    return match_all({"it": clues}, roster)["it"]


def canvas(name, number=None):
    return Clues("canvas", names=(name,), canvas_id=number)


def test_two_of_one_name_are_told_apart_by_ids_and_by_nothing_else():
    match = one(Clues("file", names=("Sam Smith",)))
    assert match == Match(("it",), (False,), "ambiguous", "the full name fits smi1, smi2")
    assert one(canvas("smithsam", "12348")).students == ("smi1",)
    assert one(canvas("smithsam", "12399")).state == "ambiguous"


def test_who_is_nobody_keeps_an_own_name():
    assert one(canvas("strangerx", "99999")) == Match(("it",), (False,), "unmatched", "nobody of the roster")
    assert one(Clues("file")).state == "unmatched"
    assert one(Clues("gradescope")).state == "unmatched"


def test_what_is_not_matched_never_gets_a_key_of_the_roster():
    roster = parse_roster(b"student,login\nsmith,a\nb,smith\n")
    match = match_all({"smith": Clues("file", names=("smith",))}, roster)["smith"]
    assert match.state == "ambiguous"
    assert match.students[0] not in roster.by_student
    assert match.students[0].startswith("smith~")


def test_a_name_with_another_canvas_number_than_the_rosters_is_somebody_else():
    match = one(canvas("doejane", "99999"))
    assert match.state == "unmatched"
    assert "has the name of jdoe, but Canvas ID 99999, where the roster has 12345" in match.why


def test_an_id_of_one_and_the_name_of_another_match_nobody():
    match = one(canvas("leeann", "12345"))
    assert match.state == "ambiguous"
    assert "jdoe" in match.why and "alee" in match.why


def test_file_and_folder_of_different_students_match_nobody():
    match = one(Clues("file", names=("jdoe",), folder="alee"))
    assert match.state == "ambiguous" and "alee, jdoe" in match.why
    assert one(Clues("file", names=("homework",), folder="alee")).students == ("alee",)
    assert one(Clues("file", names=("jdoe",), folder="section 1")).students == ("jdoe",)
    assert one(replace(canvas("doejane", "12345"), folder="alee")).state == "ambiguous"


def test_two_submissions_of_one_name_are_both_left_alone():
    matches = match_all(
        {"a": Clues("file", names=("Ann Lee",)), "b": Clues("file", names=("lee_ann",))}, ROSTER
    )
    assert {match.state for match in matches.values()} == {"ambiguous"}
    assert "so is b" in matches["a"].why and "so is a" in matches["b"].why


def test_an_id_goes_before_anothers_name():
    matches = match_all({"a": canvas("leeann", "12346"), "b": Clues("file", names=("Ann Lee",))}, ROSTER)
    assert matches["a"].students == ("alee",) and matches["a"].by_id
    assert matches["b"].state == "ambiguous" and matches["b"].students == ("b",)


def test_two_ids_of_one_student_are_both_theirs():
    matches = match_all({"a": canvas("leeann", "12346"), "b": Clues("nbgrader", names=("AXL2",))}, ROSTER)
    assert matches["a"].students == matches["b"].students == ("alee",)


@pytest.mark.parametrize(
    "clues",
    [
        canvas("doejane", "12345"),
        canvas("doejane"),
        canvas("Doe Jane"),
        Clues("moodle", names=("Jane Doe",), moodle_id="501"),
        Clues("moodle", names=("JANE DOE",), moodle_id="999"),
        Clues("moodle", names=("Participant",), moodle_id="501"),
        Clues("nbgrader", names=("jdoe",)),
        Clues("nbgrader", names=("JXD1",)),
        Clues("folder", names=("0012",)),
        Clues("folder", names=("jane@case.edu",)),
        Clues("file", names=("Doe, Jane",)),
        Clues("file", names=("jane_doe",)),
        Clues("file", names=("jane",)),
        Clues("gradescope", submitters=(Submitter("J. Doe", None, "0012"),)),
        Clues("gradescope", submitters=(Submitter("J. Doe", "JANE@case.edu", None),)),
        Clues("gradescope", submitters=(Submitter("Jane Doe", "j@home.org", None),)),
    ],
)
def test_a_student_is_found_by(clues):
    match = one(clues)
    assert match.students == ("jdoe",), match
    assert match.state == "matched"


@pytest.mark.parametrize(
    "name", ["Müller Jörg", "jo\u0308rg MULLER", "mullerjorg", "JörgMüller", "muller-jorg"]
)
def test_accents_case_and_order_of_names_do_not_matter(name):
    assert one(canvas(name)).students == ("jmul",)


@pytest.mark.parametrize(
    "name",
    ["vandenberganna maria", "vandenberg annamaria", "Anna Maria van den Berg", "van den Berg, Anna Maria"],
)
def test_names_of_several_words_are_found(name):
    assert one(Clues("moodle", names=(name.replace(" maria", "maria"),))).students == ("vdb",)


def test_a_group_is_everybodys_and_says_whom_it_could_not_find():
    people = (
        Submitter("Jane Doe", None, "0012"),
        Submitter("Ann Lee", "ann.lee@case.edu"),
        Submitter("X Y", None, "77"),
    )
    match = one(Clues("gradescope", submitters=people))
    assert match.students == ("jdoe", "alee", "X_Y_77")
    assert match.known == (True, True, False)
    assert match.state == "unmatched"
    assert "X Y: nobody of the roster" in match.why


def test_a_gradescope_number_that_contradicts_is_not_overruled_by_the_name():
    match = one(Clues("gradescope", submitters=(Submitter("Jane Doe", None, "9999"),)))
    assert match.state == "unmatched" and "SIS ID 9999" in match.why
    both = one(Clues("gradescope", submitters=(Submitter("J", "ann.lee@case.edu", "0012"),)))
    assert both.state == "ambiguous"


def test_without_a_roster_gradescopes_people_have_names_of_their_own():
    people = (Submitter("Jane Doe", "j@x.edu", "0012"), Submitter("Ann Lee", "a@x.edu"), Submitter("Bo"))
    match = match_without_roster("submission_7", Clues("gradescope", submitters=people))
    assert match.students == ("Jane_Doe_0012", "a@x.edu", "Bo_submission_7")
    assert match_without_roster("ann", Clues("file", names=("ann",))).students == ("ann",)


NAMES = st.sampled_from(["Ann Lee", "Lee Ann", "Bo Berg", "Bo Bergson", "Cy", "Jörg Müller", "Jorg Muller"])


@st.composite
def classes(draw):
    """A roster, and true submissions of its students by all platforms, with strangers of the same names among them."""
    count = draw(st.integers(1, 7))
    lines = [f"s{n},{draw(NAMES)},u{n}@x.edu,{100 + n},l{n},{1000 + n},{5000 + n}" for n in range(count)]
    if draw(st.booleans()):  # as many rosters have it: some ids of some students are not known
        lines = [
            ",".join(c if i < 2 or draw(st.booleans()) else "" for i, c in enumerate(line.split(",")))
            for line in lines
        ]
    roster = parse_roster("\n".join(["student,name,email,SIS ID,login,Canvas ID,Moodle ID", *lines]).encode())
    handed_in, truth = {}, {}
    for n in range(count + draw(st.integers(0, 3))):
        owner = f"s{n}" if n < count else None
        name = roster.by_student[owner].identity.name if owner else draw(NAMES)
        for form in draw(
            st.sets(st.sampled_from(["canvas", "moodle", "nbgrader", "gradescope"]), max_size=3)
        ):
            key = f"{form}{n}"
            truth[key] = owner
            handed_in[key] = {
                "canvas": Clues("canvas", names=(name.replace(" ", "").lower(),), canvas_id=str(1000 + n)),
                "moodle": Clues("moodle", names=(name,), moodle_id=str(5000 + n)),
                "nbgrader": Clues("nbgrader", names=(f"l{n}",)),
                "gradescope": Clues("gradescope", submitters=(Submitter(name, f"u{n}@x.edu", str(100 + n)),)),
            }[form]
    return roster, handed_in, truth


@given(classes(), st.randoms())
def test_the_order_of_submissions_and_roster_changes_nothing(made, random):
    roster, handed_in, _ = made
    people, names = list(roster.people), list(handed_in)
    random.shuffle(people)
    random.shuffle(names)
    shuffled = match_all({name: handed_in[name] for name in names}, Roster(tuple(people), roster.key))
    assert shuffled == match_all(handed_in, roster)


def _is_complete(roster):
    known = [
        (i.email, i.sis_user_id, i.sis_login_id, i.canvas_id, i.moodle_id)
        for i in roster.identities().values()
    ]
    return all(None not in ids for ids in known)


@given(classes())
def test_with_all_ids_known_everybody_gets_their_own_and_nobody_anothers(made):
    roster, handed_in, truth = made
    complete = _is_complete(roster)
    for name, match in match_all(handed_in, roster).items():
        if match.state == "matched" and (match.by_id or (complete and not name.startswith("moodle"))):
            assert match.students == (truth[name],)
        if complete and truth[name]:
            assert match.state in ("matched", "ambiguous")


def test_a_moodle_number_contradicts_a_name_only_where_the_roster_has_numbers_of_this_assignment():
    jane = Clues("moodle", names=("Jane Doe",), moodle_id="999")
    assert match_all({"a": jane}, ROSTER)["a"].students == ("jdoe",)
    ann = Clues("moodle", names=("Ann Lee",), moodle_id="502")
    match = match_all({"a": jane, "b": ann}, ROSTER)["a"]
    assert match.state == "unmatched" and "Moodle ID 999" in match.why


@given(classes())
def test_nobody_gets_the_work_of_two_people(made):
    roster, handed_in, _ = made
    owners = {}
    for name, match in match_all(handed_in, roster).items():
        assert len(match.students) == len(match.known) >= 1
        for student, known in zip(match.students, match.known, strict=True):
            assert known == (student in roster.by_student)
            if known:
                owners.setdefault(student, []).append((name, match.by_id))
    for names in owners.values():
        by_name = [name for name, by_id in names if not by_id]
        assert len(by_name) <= 1
        assert not by_name or len(names) == 1


@given(classes(), st.text(max_size=20), st.text(max_size=20))
def test_any_text_may_stand_in_a_clue(made, name, number):
    roster, _, _ = made
    clues = [
        Clues("canvas", names=(name,), canvas_id=number, folder=name),
        Clues("file", names=(name, number), folder=number),
        Clues("gradescope", submitters=(Submitter(name, number, number),)),
    ]
    for match in match_all(dict(zip("abc", clues, strict=True)), roster).values():
        assert match.students and match.why
