"""Who is who: a CSV of the instructor's."""

import pytest
from export_grades import sheet_file

from deepgrade.interchange.outgoing import Identity, InterchangeError, read_identities


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "needs one column `student`"),
        ("name,email\nAda,a@x.org\n", "needs one column `student`"),
        ("student,student\na,b\n", "needs one column `student`"),
        ("student,email\nada,a@x.org\nada,b@x.org\n", "row 3: ada stands twice"),
        ("student,email\n,a@x.org\n", "row 2: nobody is named"),
        ("student,login\nada,=cmd()\nbo,@x\n", "row 2: sis_login_id of ada must begin"),
        ('student,name\nada,"open\n', "not a CSV file"),
    ],
)
def test_a_roster_that_contradicts_itself_is_refused_with_its_rows(tmp_path, text, says):
    with pytest.raises(InterchangeError, match=says):
        read_identities(sheet_file(tmp_path, text))


def test_headings_are_read_as_platforms_write_them(tmp_path):
    text = "\ufeffStudent,Full name,Email address,SIS User ID,SIS Login ID,ID,ID number,Section\r\n"
    text += 'ada,"Lovelace, Ada",ada@x.org,S1,ada1,11,M1,A\r\n\r\nbo,,,,,,,\r\n'
    assert read_identities(sheet_file(tmp_path, text)) == {
        "ada": Identity("Lovelace, Ada", "ada@x.org", "S1", "ada1", "11", "M1"),
        "bo": Identity(),
    }
