"""Names of months, weekdays and halves of a day, as languages write them."""

from __future__ import annotations

import re

__all__ = ["HALVES", "MONTHS", "WEEKDAYS", "is_weekday", "month_of", "with_half", "without_weekday"]

MONTHS = tuple(
    tuple(line.split())
    for line in (
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",
        "Jan. Feb. Mar. Apr. May. Jun. Jul. Aug. Sep. Oct. Nov. Dec.",
        "Jan. Feb. Mar. Apr. May Jun. Jul. Aug. Sep. Oct. Nov. Dec.",
        "Jan. Feb. March April May June July Aug. Sept. Oct. Nov. Dec.",
        "January February March April May June July August September October November December",
        "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
        "Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez",
        "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
        "Jän. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Jänner Februar März April Mai Juni Juli August September Oktober November Dezember",
        "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
        "janv févr mars avr mai juin juil août sept oct nov déc",
        "janv fév mars avr mai juin juil aoû sept oct nov déc",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "ene feb mar abr may jun jul ago sep oct nov dic",
        "ene. feb. mar. abr. may. jun. jul. ago. sept. oct. nov. dic.",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "jan fev mar abr mai jun jul ago set out nov dez",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "gen feb mar apr mag giu lug ago set ott nov dic",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
        "dicembre",
        "jan feb mrt apr mei jun jul aug sep okt nov dec",
        "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "jan feb mar apr maj jun jul aug sep okt nov dec",
        "januari februari mars april maj juni juli augusti september oktober november december",
        "januar februar marts april maj juni juli august september oktober november december",
        "jan feb mar apr mai jun jul aug sep okt nov des",
        "januar februar mars april mai juni juli august september oktober november desember",
        "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu "
        "marraskuu joulukuu",
        "sty lut mar kwi maj cze lip sie wrz paź lis gru",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
        "listopada grudnia",
        "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad "
        "grudzień",
        "ledna února března dubna května června července srpna září října listopadu prosince",
        "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec",
        "янв фев мар апр май июн июл авг сен окт ноя дек",
        "янв. февр. мар. апр. мая июн. июл. авг. сент. окт. нояб. дек.",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
        "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
        "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
        "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des",
        "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
        "jan. febr. márc. ápr. máj. jún. júl. aug. szept. okt. nov. dec.",
        "január február március április május június július augusztus szeptember október november "
        "december",
        "Ιαν Φεβ Μαρ Απρ Μαΐ Ιουν Ιουλ Αυγ Σεπ Οκτ Νοε Δεκ",
        "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου "
        "Οκτωβρίου Νοεμβρίου Δεκεμβρίου",
        "Ιανουάριος Φεβρουάριος Μάρτιος Απρίλιος Μάιος Ιούνιος Ιούλιος Αύγουστος Σεπτέμβριος "
        "Οκτώβριος Νοέμβριος Δεκέμβριος",
        "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
        "يناير فبراير مارس إبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
        "جانفي فيفري مارس أفريل ماي جوان جويلية أوت سبتمبر أكتوبر نوفمبر ديسمبر",
        "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
        "януари февруари март април май юни юли август септември октомври ноември декември",
        "ian. feb. mar. apr. mai iun. iul. aug. sept. oct. nov. dec.",
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie "
        "decembrie",
        "január február marec apríl máj jún júl august september október november december",
        "januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra",
        "januar februar marec april maj junij julij avgust september oktober november december",
        "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
        "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
    )
)
"""The twelve months, as a language or a style of it writes them, the likelier of two first."""

WEEKDAYS = tuple(
    tuple(line.split())
    for line in (
        "Mon Tue Wed Thu Fri Sat Sun",
        "Mon Tues Weds Thurs Fri Sat Sun",
        "Mon Tues Wed Thur Fri Sat Sun",
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "Mo Di Mi Do Fr Sa So",
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        "Montag Dienstag Mittwoch Donnerstag Freitag Sonnabend Sonntag",
        "lun mar mer jeu ven sam dim",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "lun mar mié jue vie sáb dom",
        "lunes martes miércoles jueves viernes sábado domingo",
        "seg ter qua qui sex sáb dom",
        "segunda terça quarta quinta sexta sábado domingo",
        "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
        "lun mar mer gio ven sab dom",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
        "ma di wo do vr za zo",
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        "mån tis ons tors fre lör sön",
        "måndag tisdag onsdag torsdag fredag lördag söndag",
        "mandag tirsdag onsdag torsdag fredag lørdag søndag",
        "pon wt śr czw pt sob niedz",
        "poniedziałek wtorek środa czwartek piątek sobota niedziela",
        "пн вт ср чт пт сб вс",
        "понедельник вторник среда четверг пятница суббота воскресенье",
        "Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi Pazar",
        "hétfő kedd szerda csütörtök péntek szombat vasárnap",
        "Δευτέρα Τρίτη Τετάρτη Πέμπτη Παρασκευή Σάββατο Κυριακή",
        "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    )
)
"""The seven days, from Monday."""

HALVES = (("AM", "PM"), ("A.M.", "P.M."))
"""The two halves of a day."""

_OTHER_HALVES = (
    *(("a. m.", "p. m."), ("a.\xa0m.", "p.\xa0m."), ("a", "p")),
    *(("오전", "오후"), ("上午", "下午"), ("午前", "午後"), ("π.μ.", "μ.μ."), ("πμ", "μμ")),
    *(("ص", "م"), ("de.", "du."), ("dop.", "odp."), ("fm", "em"), ("ÖÖ", "ÖS"), ("SA", "CH")),
)
"""As languages write them, behind the time of day or before it."""

_MONTH_OF: dict[str, int] = {}
for _names in MONTHS:
    for _number, _name in enumerate(_names, 1):
        _MONTH_OF.setdefault(_name.rstrip(".").lower(), _number)

_DAY_NAMES = {name.lower() for names in WEEKDAYS for name in names}
_LETTER = r"[^\W\d_]"
_BY_LENGTH = sorted(_DAY_NAMES, key=len, reverse=True)
_WEEKDAY = re.compile(
    rf"[\s,]*\(?(?<!{_LETTER})(?P<name>{'|'.join(map(re.escape, _BY_LENGTH))})(?!{_LETTER})"
    r"[.,]*\)?,?\s*",
    re.IGNORECASE,
)
_NUMBERS = r"\d{1,4}[-/. ]+\d{1,2}[-/. ]+\d{1,4}"
_BEGINS = re.compile(rf"{_NUMBERS}(?![\d:h]|\.\d\d)")
_ENDS = re.compile(rf"(?<!\d){_NUMBERS}[., ]*$")
"""A whole date in numbers at the begin or the end of what stands beside a name."""
_EASTERN_WEEKDAY = re.compile(r"\s*[(（][月火水木金土日一二三四五六월화수목금토일][)）]\s*")
"""A weekday as it stands behind a date in Japanese, Chinese and Korean: ``2021/03/05(金)``."""


_HALF_OF = {half.lower(): HALVES[0][at] for pair in _OTHER_HALVES for at, half in enumerate(pair)}
_HALF_WORDS = "|".join(map(re.escape, sorted(_HALF_OF, key=len, reverse=True)))
_HALF_BEHIND = re.compile(rf"(?<=\d)\s*(?P<half>{_HALF_WORDS})$", re.IGNORECASE)
_HALF_BEFORE = re.compile(
    rf"(?<=[\d .日])\s*(?P<half>{_HALF_WORDS})\s*(?P<time>\d{{1,2}}[:.]\d\d(?:[:.]\d\d)?)$"
)


def with_half(cell: str) -> str:
    """A date and a time of day whose half of the day, as another language has it, is AM or PM."""
    found = _HALF_BEFORE.search(cell)
    if found is not None:
        return f"{cell[: found.start()].rstrip()} {found['time']} {_HALF_OF[found['half'].lower()]}"
    found = _HALF_BEHIND.search(cell)
    if found is None or (":" not in cell and found["half"].lower() not in ("a", "p")):
        return cell
    return f"{cell[: found.start()]} {_HALF_OF[found['half'].lower()]}"


def month_of(name: str) -> int:
    """The month that a name alone is of, from 1; 0 if it is of none."""
    return _MONTH_OF.get(name.strip().rstrip(".").lower(), 0)


def is_weekday(name: str) -> bool:
    """Whether a name alone is one of a weekday."""
    return name.lower() in _DAY_NAMES or name.rstrip(".").lower() in _DAY_NAMES


def without_weekday(cell: str) -> str:
    """A cell without the weekday that stands before its date, or behind it.

    What is a month's name, too (``mar``), is a weekday's where a whole date stands beside it.
    """
    found = _WEEKDAY.search(cell) or _EASTERN_WEEKDAY.search(cell)
    if found is None:
        return cell
    rest = cell[: found.start()], cell[found.end() :]
    if found.re is _WEEKDAY and month_of(found["name"]):
        beside = " ".join(rest)
        words = re.findall(rf"{_LETTER}{{3,}}", beside)
        dated = _ENDS.search(rest[0]) or (not rest[0] and _BEGINS.match(rest[1]))
        within = re.search(r"\d", rest[0])  # 20-Mar-21 01:00
        if not dated and (within or not any(map(month_of, words))):
            return cell
    return " ".join(filter(None, rest))
