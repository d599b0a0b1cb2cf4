"""A text that is no UTF-8 is read by the encoding that its words speak for, and that is said."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rnnsearch.data import read
from rnnsearch.data.sources import TABLES, TEXTS
from rnnsearch.data.sources.encodings import decode
from rnnsearch.errors import InvalidData
from rnnsearch.spec.sources import CsvSource, TextSource

LANGUAGES = {
    "Russian": ("дата,температура,город", "Москва Казань Екатеринбург", "cp1251 koi8-r cp866"),
    "Ukrainian": ("дата,температура,місто", "Київ Львів Харків Дніпро", "cp1251 koi8-u"),
    "Bulgarian": ("дата,температура,град", "София Пловдив Варна Бургас", "cp1251"),
    "Czech": ("datum,teplota,město", "Plzeň Brno Ústí Budějovice", "cp1250 iso8859-2"),
    "Polish": ("data,temperatura,miasto", "Łódź Kraków Gdańsk Wrocław", "cp1250 iso8859-2"),
    "Hungarian": ("dátum,hőmérséklet,város", "Győr Pécs Székesfehérvár", "cp1250"),
    "Japanese": ("日付,気温,都市", "東京 大阪 名古屋 札幌 さいたま", "cp932 euc_jp"),
    "Chinese": ("日期,温度,城市", "北京 上海 广州 深圳", "gb18030"),
    "Taiwan's": ("日期,溫度,城市", "台北 高雄 臺中", "big5"),
    "Korean": ("날짜,기온,도시", "서울 부산 대구 인천", "cp949"),
    "Turkish": ("tarih,sıcaklık,şehir", "İstanbul İzmir Eskişehir Muğla", "cp1254"),
    "Greek": ("ημερομηνία,θερμοκρασία,πόλη", "Αθήνα Πάτρα Ηράκλειο", "cp1253 iso8859-7"),
    "Hebrew": ("תאריך,טמפרטורה,עיר", "חיפה ירושלים אילת", "cp1255"),
    "Arabic": ("التاريخ,الحرارة,المدينة", "القاهرة الرياض بغداد", "cp1256"),
    "Thai": ("วันที่,อุณหภูมิ,เมือง", "กรุงเทพ เชียงใหม่ ภูเก็ต", "cp874"),
    "Latvian": ("datums,temperatūra,pilsēta", "Rīga Liepāja Jūrmala Rēzekne", "cp1257"),
    "German": ("Datum,Temperatur,Stadt", "München Köln Düsseldorf", "cp1252 latin-1 mac-roman"),
    "Spanish": ("fecha,señal,ciudad", "Málaga Córdoba Cádiz León", "cp1252"),
    "French": ("date,température,ville", "Orléans Nîmes Besançon Évry", "cp1252 mac-roman"),
    "Danish": ("dato,mængde,by", "København Århus Ålborg Esbjerg", "cp1252"),
    "units": ("date,temp °C,rain µm", "½ ² ³", "latin-1"),
}


def written(header: str, words: str) -> str:
    draw = random.Random(0)
    days = [f"2024-01-{at % 28 + 1:02},{draw.gauss(10, 5):.2f}" for at in range(200)]
    return "\n".join([header, *(f"{day},{draw.choice(words.split())}" for day in days), ""])


@pytest.mark.parametrize(
    ("language", "encoding"),
    [(name, one) for name, (_, _, all_) in LANGUAGES.items() for one in all_.split()],
)
def test_the_words_of_a_table_say_its_encoding(language: str, encoding: str) -> None:
    header, words, _ = LANGUAGES[language]
    text = written(header, words)
    found, said, name = decode(text.encode(encoding), None)
    assert found == text
    assert "data.dialect.encoding" in said
    assert text.encode(encoding).decode(name) == text


def test_a_word_shows_whether_that_was_right() -> None:
    header, words, _ = LANGUAGES["Russian"]
    _, said, _ = decode(written(header, words).encode("koi8-r"), None)
    assert said.startswith("it is no UTF-8, and read as koi8-u, as in 'Екатеринбург'")


def test_what_is_utf_8_is_read_as_that_whatever_was_said() -> None:
    text = written("дата,температура,город", "Москва Казань")
    found, said, _ = decode(text.encode(), "cp1251")
    assert found == text
    assert said == "it is read as UTF-8, which it is, and not as cp1251"
    assert decode(b"a,b\n1,2\n", "cp1251") == ("a,b\n1,2\n", "", "")


def test_a_few_bytes_of_another_encoding_are_no_text(tmp_path: Path) -> None:
    lines = ["date,town", *["2024-01-01,Köln"] * 40]
    content = "\n".join(lines).encode().replace(b"K\xc3\xb6ln", b"K\xf6ln", 1)
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(InvalidData, match="UTF-8, but not in line 2"):
        TABLES["csv"].read(tmp_path / "a.csv")
    assert decode(content, "latin-1")[0].count("Ã¶") == 39  # as asked


def test_a_new_file_of_few_words_is_read_as_the_first(tmp_path: Path) -> None:
    draw = random.Random(0)
    rows = [f"{draw.random():.3f};{draw.choice(['Łódź', 'Kraków', 'Gdańsk'])}" for _ in range(300)]
    (tmp_path / "a.csv").write_bytes("\n".join(["ilość;miasto", *rows]).encode("iso8859-2"))
    source = CsvSource(
        source="csv",
        path=tmp_path / "a.csv",
        inputs=["ilość", "miasto"],
        target="ilość",
        window=2,
    )
    data = read(source, "many_to_one")
    prepared = data.preparation()
    assert dict(prepared.to_json()["dialect"]) == {"encoding": "iso8859-2"}
    new = "\n".join(["ilość;miasto", *["0.5;Łódź"] * 4])
    for encoding in ("iso8859-2", "utf-8"):
        (tmp_path / "b.csv").write_bytes(new.encode(encoding))
        prepared.inputs(str(tmp_path / "b.csv"))


def test_a_long_text_says_it_too(tmp_path: Path) -> None:
    text = "Все счастливые семьи похожи друг на друга.\n" * 60
    (tmp_path / "a.txt").write_bytes(text.encode("cp1251"))
    found = TEXTS["text"].read(tmp_path / "a.txt")
    assert found.text == text
    data = read(TextSource(source="text", path=tmp_path / "a.txt", window=8), "many_to_many")
    assert list(data.notes) == list(found.notes)
    assert "read as cp1251" in data.notes[0]
    assert ("note", data.notes[0]) in data.summary()


def test_what_several_encodings_read_alike_is_of_western_letters() -> None:
    """New files have others of the same language: the byte of ``ñ`` is ``ń`` in Poland's."""
    text = "el árbol y el café\n" * 20
    assert decode(text.encode("latin-1"), None)[2] == "cp1252"
