"""What the XForms specification says of each function: own examples, one row each.

A row is the function that it is about, an expression of the household's form, and the result as
text (a list with commas). README of `shared/forms` names where the language deliberately differs.
"""

from __future__ import annotations

import pytest

from shared.forms.expressions.functions import FUNCTIONS
from shared.forms.expressions.special import SPECIAL
from tests.support.expressions import text_of

TRIANGLE = "0 0;0 1;1 1;0 0"
BOW = "0 0;1 1;1 0;0 1;0 0"

TABLE = """
string ¦ string(12) ¦ 12
string ¦ string(-0.50) ¦ -0.5
string ¦ string(1 = 1) ¦ true
string ¦ string(number('x')) ¦ NaN
string ¦ string(1 div 0) ¦ Infinity
string ¦ string(-1 div 0) ¦ -Infinity
string ¦ string(0 div 0) ¦ NaN
string ¦ string(${child}/called) ¦ Ann
string ¦ string(date('2012-02-29')) ¦ 2012-02-29
concat ¦ concat('only') ¦ only
concat ¦ concat('a', 1, true(), ${nothing}, 'z') ¦ a1truez
concat ¦ concat(${called}, '!') ¦ AnnBoCho!
join ¦ join(' - ', ${called}) ¦ Ann - Bo - Cho
join ¦ join(', ', 'a', 'b', ${years}) ¦ a, b, 5, 9,
substr ¦ substr('hello', 1) ¦ ello
substr ¦ substr('hello', 1, 3) ¦ el
substr ¦ substr('hello', -2) ¦ lo
substr ¦ substr('hello', 0, -1) ¦ hell
substr ¦ substr('hello', 3, 1) ¦
substr ¦ substr('hello', 0, 99) ¦ hello
substring ¦ substring('12345', 2, 3) ¦ 234
substring ¦ substring('12345', 2) ¦ 2345
substring ¦ substring('12345', 1.5, 2.6) ¦ 234
substring ¦ substring('12345', 0, 3) ¦ 12
substring ¦ substring('12345', 0 div 0, 3) ¦
substring ¦ substring('12345', 1, 0 div 0) ¦
substring ¦ substring('12345', -42, 1 div 0) ¦ 12345
substring ¦ substring('12345', -1 div 0, 1 div 0) ¦
substring-before ¦ substring-before('1999/04/01', '/') ¦ 1999
substring-before ¦ substring-before('abc', 'x') ¦
substring-before ¦ substring-before('abc', 'a') ¦
substring-after ¦ substring-after('1999/04/01', '/') ¦ 04/01
substring-after ¦ substring-after('1999/04/01', '19') ¦ 99/04/01
substring-after ¦ substring-after('abc', '') ¦ abc
substring-after ¦ substring-after('abc', 'x') ¦
translate ¦ translate('bar', 'abc', 'ABC') ¦ BAr
translate ¦ translate('--aaa--', 'abc-', 'ABC') ¦ AAA
string-length ¦ string-length('') ¦ 0
string-length ¦ string-length('ที่ดิน') ¦ 6
normalize-space ¦ normalize-space('  a   b  c ') ¦ a b c
contains ¦ contains('abc', 'bc') ¦ true
contains ¦ contains('abc', '') ¦ true
contains ¦ contains('', 'a') ¦ false
starts-with ¦ starts-with('abc', 'ab') ¦ true
starts-with ¦ starts-with('abc', 'b') ¦ false
ends-with ¦ ends-with('abc', 'bc') ¦ true
ends-with ¦ ends-with('abc', 'ab') ¦ false
digest ¦ digest('abc', 'MD5', 'hex') ¦ 900150983cd24fb0d6963f7d28e17f72
digest ¦ digest('abc', 'SHA-1', 'hex') ¦ a9993e364706816aba3e25717850c26c9cd0d89d
digest ¦ digest('abc', 'SHA-256') ¦ ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=
digest ¦ string-length(digest('abc', 'SHA-384', 'hex')) ¦ 96
digest ¦ string-length(digest('abc', 'sha-512', 'hex')) ¦ 128
digest ¦ digest('ก', 'MD5', 'base64') = digest('ก', 'MD5') ¦ true
base64-decode ¦ base64-decode('4LiB4LiC') ¦ กข
base64-decode ¦ base64-decode('not base64!') ¦
pulldata ¦ pulldata('tambon', 'district', 'name', '1034') ¦ d3
pulldata ¦ pulldata('tambon', 'name', 'people', 130) ¦ 1013
pulldata ¦ pulldata('tambon', 'district', 'name', 'none') ¦
if ¦ if(2 > 1, 'yes', 'no') ¦ yes
if ¦ if('', 1, 2) ¦ 2
if ¦ if(number('x'), 1, 2) ¦ 2
coalesce ¦ coalesce(${nothing}, 'b') ¦ b
coalesce ¦ coalesce('a', 'b') ¦ a
coalesce ¦ coalesce('', '') ¦
coalesce ¦ coalesce(${nothing} + 1, 7) ¦ 7
true ¦ true() ¦ true
false ¦ false() ¦ false
boolean ¦ boolean(0) ¦ false
boolean ¦ boolean('false') ¦ true
boolean ¦ boolean('') ¦ false
boolean ¦ boolean(number('')) ¦ false
boolean ¦ boolean(${child}[years > 90]) ¦ false
boolean ¦ boolean(${child}[years > 6]) ¦ true
boolean-from-string ¦ boolean-from-string('1') ¦ true
boolean-from-string ¦ boolean-from-string('true') ¦ true
boolean-from-string ¦ boolean-from-string('yes') ¦ false
boolean-from-string ¦ boolean-from-string('True') ¦ false
not ¦ not(1 = 2) ¦ true
not ¦ not('a') ¦ false
regex ¦ regex('12345', '[0-9]+') ¦ true
regex ¦ regex('a12345', '[0-9]+') ¦ false
regex ¦ regex('2 May 1998', '[0-9]+ [A-Z][a-z]+ [0-9]{4}') ¦ true
regex ¦ regex('๑๒', '\\d+') ¦ false
regex ¦ regex('สวัสดี', '\\p{IsThai}+') ¦ true
checklist ¦ checklist(1, 2, 'yes', 'no', 'yes') ¦ true
checklist ¦ checklist(-1, 2, 'yes', 'yes', 'yes') ¦ false
checklist ¦ checklist(2, -1, 1, 0, 2) ¦ true
checklist ¦ checklist(1, 1, ${school}) ¦ true
weighted-checklist ¦ weighted-checklist(5, 9, 'yes', 4, 'no', 3, 'yes', 2) ¦ true
weighted-checklist ¦ weighted-checklist(-1, 5, 'yes', 4, 'yes', 2) ¦ false
number ¦ number('  7.50 ') ¦ 7.5
number ¦ number(true()) ¦ 1
number ¦ string(number('7 8')) ¦ NaN
number ¦ string(number('1e3')) ¦ NaN
number ¦ number('1970-01-11') ¦ 10
number ¦ number('1970-01-11T12:00:00.000+07:00') ¦ 10.5
number ¦ string(number('')) ¦ NaN
int ¦ int(7.9) ¦ 7
int ¦ int(-7.9) ¦ -7
int ¦ int(10 div 3 * 3) ¦ 10
floor ¦ floor(1 div 3 + 1 div 3 + 1 div 3) ¦ 1
int ¦ string(int('x')) ¦ NaN
floor ¦ floor(-7.1) ¦ -8
ceiling ¦ ceiling(7.1) ¦ 8
sum ¦ sum(${years}) ¦ 14
sum ¦ sum(${years} | ${age}) ¦ 56
max ¦ max(${years}) ¦ 9
max ¦ max(3, -4, '5') ¦ 5
min ¦ min(${years}) ¦ 5
min ¦ min(-3, 4) ¦ -3
round ¦ round(1.25, 1) ¦ 1.3
round ¦ round(2.5) ¦ 3
round ¦ round(-2.5) ¦ -2
round ¦ round(1549, -2) ¦ 1500
round ¦ string(round('x')) ¦ NaN
pow ¦ pow(4, 2) ¦ 16
pow ¦ pow(4, -1) ¦ 0.25
pow ¦ pow(9, 0.5) ¦ 3
pow ¦ pow(0, 0) ¦ 1
log ¦ log(1) ¦ 0
log ¦ round(log(2.718281828459045), 9) ¦ 1
log10 ¦ log10(0.001) ¦ -3
abs ¦ abs(-10.5) ¦ 10.5
sin ¦ sin(pi() div 2) ¦ 1
cos ¦ cos(pi()) ¦ -1
tan ¦ round(tan(0.5), 6) ¦ 0.546302
asin ¦ asin(1) * 2 = pi() ¦ false
asin ¦ round(asin(1) * 2, 10) = round(pi(), 10) ¦ true
acos ¦ acos(1) ¦ 0
acos ¦ string(acos(2)) ¦ NaN
atan ¦ round(atan(1) * 4, 12) = round(pi(), 12) ¦ true
atan2 ¦ round(atan2(1, -1), 6) ¦ 2.356194
sqrt ¦ sqrt(16) ¦ 4
sqrt ¦ string(sqrt(-1)) ¦ NaN
exp ¦ exp(0) ¦ 1
exp10 ¦ exp10(-2) ¦ 0.01
pi ¦ pi() ¦ 3.141592653589793
count ¦ count(${child}) ¦ 3
count ¦ count(${years}) ¦ 3
count ¦ count(${child}[years = 7]) ¦ 0
count-non-empty ¦ count-non-empty(${years}) ¦ 2
position ¦ count(${child}[position() > 1]) ¦ 2
last ¦ ${child}[last()]/called ¦ Cho
instance ¦ instance('fruits')/root/item[name = 'pear']/label ¦ Pear
current ¦ current() ¦
indexed-repeat ¦ indexed-repeat(${called}, ${child}, 2) ¦ Bo
indexed-repeat ¦ indexed-repeat(${called}, ${child}, 0) ¦
indexed-repeat ¦ indexed-repeat(${kind}, ${child}, 1, ${pet}, 2) ¦ cat
randomize ¦ randomize(${called}, 7) ¦ Cho, Bo, Ann
randomize ¦ randomize(${called}, 7) = randomize(${called}, 7) ¦ true
today ¦ today() ¦ 2025-08-15
now ¦ now() ¦ 2025-08-15T13:30:00
date ¦ date('2012-07-23') ¦ 2012-07-23
date ¦ date('2012-07-23T22:00:00.000+07:00') ¦ 2012-07-23
date ¦ date('2012-7-3') ¦ 2012-07-03
date ¦ date(365) ¦ 1971-01-01
date ¦ date('2013-02-29') ¦
date ¦ date(today() + 1) = date('2025-08-16') ¦ true
date-time ¦ date-time(0.5) ¦ 1970-01-01T12:00:00
decimal-date-time ¦ decimal-date-time('1970-01-01T18:00:00') ¦ 0.75
decimal-date-time ¦ string(decimal-date-time('x')) ¦ NaN
decimal-time ¦ decimal-time('18:00') ¦ 0.75
decimal-time ¦ decimal-time('12:00:00.000+07:00') ¦ 0.5
decimal-time ¦ decimal-time(3.25) ¦ 0.25
decimal-time ¦ decimal-time('23:00:00.000Z') ¦ 0.25
decimal-time ¦ string(decimal-time('06:00:00-24:00')) ¦ NaN
format-date ¦ format-date('2001-12-03', '%Y %y %m %n %d %e') ¦ 2001 01 12 12 03 3
format-date ¦ format-date('2001-12-03', '%b %a 100%%') ¦ Dec Mon 100%
format-date ¦ format-date('', '%Y') ¦
format-date ¦ format-date(${born}, '%B %A') ¦ August Monday
format-date-time ¦ format-date-time('2001-12-31T09:05:07.123', '%H %h %M %S %3') ¦ 09 9 05 07 123
format-date-time ¦ format-date-time('17:05', '%H.%M') ¦ 17.05
selected ¦ selected(${fruits}, 'pear') ¦ true
selected ¦ selected(${fruits}, 'durian') ¦ false
selected ¦ selected('apple pie', 'app') ¦ false
is-selected ¦ is-selected(${fruits}, 'apple') ¦ true
selected-at ¦ selected-at(${fruits}, 1) ¦ pear
selected-at ¦ selected-at(${fruits}, -1) ¦
count-selected ¦ count-selected(${fruits}) ¦ 2
count-selected ¦ count-selected('') ¦ 0
jr:choice-name ¦ jr:choice-name(${best}, '${best}') ¦ Durian
jr:choice-name ¦ jr:choice-name(selected-at(${fruits}, 1), '${fruits}') ¦ Pear
jr:choice-name ¦ jr:choice-name('apple', '/data/head/fruits') ¦ Apple
name ¦ name(/data/family/child[1]/called) ¦ called
local-name ¦ local-name(${child}/pet) ¦ pet
jr:choice-name ¦ jr:choice-name('pear', ' /data/head/fruits ') ¦ Pear
jr:itext ¦ jr:itext('/data/nowhere:label') ¦
area ¦ area(${plot}) ¦ 12074.26
area ¦ area('13 100 0 0') ¦ 0
area ¦ string(area('north')) ¦ NaN
enclosed-area ¦ enclosed-area(${plot}) = area(${plot}) ¦ true
distance ¦ distance('0 0;0 1') ¦ 111318.85
distance ¦ distance('0 0', '0 1', '0 0') ¦ 222637.69
distance ¦ string(distance('91 0;0 0')) ¦ NaN
geofence ¦ geofence(${corner}, ${plot}) ¦ true
geofence ¦ geofence('14 100 0 0', ${plot}) ¦ false
intersects ¦ intersects('TRIANGLE') ¦ false
intersects ¦ intersects('BOW') ¦ true
version ¦ version() ¦ 1
property ¦ property('deviceid') ¦ tablet-7
depend ¦ depend(${age}, ${name}) ¦ 42
format-number ¦ format-number(2.5, 2) ¦ 2.5
extract-signed ¦ extract-signed('AAAA', 'AAAA') ¦
"""
ROWS = [
    [part.strip() for part in line.replace("TRIANGLE", TRIANGLE).replace("BOW", BOW).split("¦")]
    for line in TABLE.strip().splitlines()
]
# These need a place where results are kept: see the test of the places of an expression.
KEPT = {"once", "random", "uuid"}


@pytest.mark.parametrize(("function", "expression", "expected"), ROWS)
def test_a_function_gives_what_the_specification_says(
    function: str, expression: str, expected: str
) -> None:
    assert function in expression
    assert text_of(expression).strip() == expected


def test_every_function_has_an_example() -> None:
    shown = {function for function, _, _ in ROWS} | KEPT
    own = {name for name in FUNCTIONS if name.startswith("eco:")} | {"eco:answer-of"}
    assert {*FUNCTIONS, *SPECIAL} - shown - own == set()
