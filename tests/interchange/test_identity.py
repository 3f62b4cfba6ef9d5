"""Who is who in other tools: the class's roster."""

import pytest
from export_grades import sheet_file

from deepgrade.interchange.outgoing import Identity, InterchangeError, read_identities


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("name,email\nAda,a@x.org\nBo,\n", "line 3: no email"),
        ("student,email\nada,a@x.org\nada,b@x.org\n", "ada"),
        ("student,login\nada,=cmd()\nbo,@x\n", "sis_login_id of ada .* must begin"),
    ],
)
def test_a_roster_that_cannot_be_used_is_refused_with_its_lines(tmp_path, text, says):
    with pytest.raises(InterchangeError, match=says):
        read_identities(sheet_file(tmp_path, text))


def test_headings_are_read_as_platforms_write_them(tmp_path):
    text = "\ufeffkey,Full name,Email address,SIS User ID,SIS Login ID,Canvas ID,Section\r\n"
    text += 'ada,"Lovelace, Ada",ada@x.org,S1,ada1,11,A\r\n\r\nbo,,,,,,\r\n'
    assert read_identities(sheet_file(tmp_path, text)) == {
        "ada": Identity("Ada Lovelace", "ada@x.org", "S1", "ada1", "11"),
        "bo": Identity(),
    }
