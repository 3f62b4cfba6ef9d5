"""The roster: tolerant of spellings, strict about who is who, all problems at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.submission import Identity, RosterError, parse_roster, read_roster


def roster(text, encoding="utf-8"):
    return parse_roster(text.encode(encoding))


def problems(text):
    with pytest.raises(RosterError) as caught:
        roster(text)
    return str(caught.value)


def test_everything_that_is_wrong_is_said_at_once_with_lines():
    text = "student,name,email\njd,Jane Doe,j@x.edu\n,Nobody Known,n@x.edu\n\nJD,John Dee,d@x.edu\nal,Ann Lee,J@X.edu\n"
    said = problems(text)
    assert "line 3: no student (Nobody Known)" in said
    assert "nothing was graded with it" in said
    said = problems(text.replace("\n,Nobody", "\nnk,Nobody"))
    assert "line 5: the student 'JD' stands in line 2 already" in said
    assert "line 6: the email 'J@X.edu' stands in line 2 already" in said


def test_a_long_list_of_problems_ends_with_how_many_more():
    said = problems("student,email\n" + ",x@y.z\n" * 40)
    assert "and 28 more" in said


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_an_empty_file_says_what_a_roster_needs(text):
    assert "line of headers" in problems(text)


def test_a_file_without_known_headers_names_what_it_has():
    said = problems("who,points\njane,3\n")
    assert "'who', 'points'" in said and "Canvas ID" in said


def test_names_alone_tell_nobody_apart():
    assert "no column of ids" in problems("First name,Last name,Name\nJane,Doe,Jane Doe\n")


def test_two_columns_of_one_kind_are_an_error():
    assert "several columns for the email" in problems("student,Email,E-Mail Address\na,b@c,d@e\n")


def test_a_roster_of_headers_alone_is_an_error():
    assert "no line below the headers" in problems("student,email\n")


def test_a_spreadsheet_file_is_no_csv():
    with pytest.raises(RosterError, match="no CSV file"):
        parse_roster(b"PK\x03\x04\x00\x00xl/workbook.xml")


def test_a_quoted_cell_over_lines_keeps_the_count_of_lines():
    said = problems('student,name\na,"Doe,\nJane"\nb,Bo\nb,Bo\n')
    assert "line 5: the student 'b' stands in line 4 already" in said


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_delimiters_and_encodings_of_spreadsheets_are_read(delimiter, encoding):
    rows = [("Login", "Full Name", "E-Mail"), ("jö", '"Müller, Jörg"', "j@x.edu")]
    read = roster("\r\n".join(delimiter.join(row) for row in rows), encoding)
    assert read.identities() == {"jö": Identity("Jörg Müller", "j@x.edu", sis_login_id="jö")}
    assert bool(read.notices) == (encoding == "latin-1")
    assert all("Latin-1" in notice for notice in read.notices)


def test_canvas_gradebook_is_a_roster():
    read = roster(
        "Student,ID,SIS User ID,SIS Login ID,Section,LE5 (991),Final Score\n"
        "    Points Possible,,,,,8.8,(read only)\n"
        '"Doe, Jane",12345,0012,jdoe,S1,,\n"Lee, Ann",12346,0013,alee,S1,,\n"Student, Test",12999,,,S1,,\n'
    )
    assert list(read.identities()) == ["jdoe", "alee"]
    assert read.identities()["jdoe"] == Identity("Jane Doe", None, "0012", "jdoe", "12345", None)
    assert any("Lines 2, 5" in notice for notice in read.notices)


def test_moodles_worksheet_and_participants_are_rosters():
    worksheet = roster(
        "Identifier,Full name,Email address,Status,Grade\nParticipant 501,Jane Doe,j@x.edu,No,\n"
    )
    assert worksheet.identities() == {"j@x.edu": Identity("Jane Doe", "j@x.edu", moodle_id="501")}
    gradebook = roster("First name,Last name,ID number,Email address\nJane,Doe,0012,j@x.edu\n")
    assert gradebook.identities() == {"0012": Identity("Jane Doe", "j@x.edu", sis_user_id="0012")}


def test_gradescopes_and_nbgraders_lists_are_rosters():
    gradescope = roster("First Name,Last Name,SID,Email,Sections\nJane,Doe,0012,j@x.edu,S1\n")
    assert gradescope.identities()["0012"].sis_user_id == "0012"
    nbgrader = roster("id,first_name,last_name,email,lms_user_id\njdoe,Jane,Doe,j@x.edu,\n")
    assert nbgrader.identities() == {"jdoe": Identity("Jane Doe", "j@x.edu")}


def test_the_key_is_the_first_id_that_everybody_has():
    read = roster("Login,SIS ID,email\njd,1,j@x.edu\n,2,b@x.edu\n")
    assert list(read.identities()) == ["1", "2"]
    assert "no student" in problems("student,SIS ID\njd,1\n,2\n")


def test_numbers_keep_their_zeros_and_keys_are_safe_in_paths():
    read = roster("student,SIS ID\n007,0001\n../../etc,2\n")
    first, second = read.people
    assert (first.student, first.identity.sis_user_id) == ("007", "0001")
    assert "/" not in second.student and ".." not in second.student


def test_control_characters_of_a_cell_do_not_reach_a_terminal():
    assert "\x1b" not in (roster("student,name\na,\x1b[31mJane\n").people[0].identity.name or "")


def test_a_missing_roster_is_an_error_for_people(tmp_path):
    from deepgrade.files import UntrustedFileError

    with pytest.raises(UntrustedFileError, match="cannot be opened"):
        read_roster(tmp_path / "none.csv")


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_else(data):
    try:
        parse_roster(b"student,name\n" + data)
    except RosterError as error:
        assert str(error)
