"""How a temporal phrase is written: a pattern for each kind of phrase, with the function that reads its match."""

# The patterns stand one to a line, however long, so that the rules can be read as a table.
# ruff: noqa: E501

from __future__ import annotations

import re

from mapper.text.date_readings import (
    COUNTS,
    ORDINALS,
    Read,
    read_across_months,
    read_ago,
    read_clause,
    read_coming,
    read_deictic,
    read_entry,
    read_for_days,
    read_full,
    read_group,
    read_iso,
    read_lasting,
    read_later,
    read_month,
    read_next_day,
    read_night,
    read_nth,
    read_numbers,
    read_period,
    read_recent,
    read_same,
    read_undated,
    read_weekday,
    read_weekdays,
    read_year,
)

# Pieces of the patterns. Every repetition is bounded, so that matching is linear in the text.
_S = r"[ \t\r\n\u00a0]{1,3}"
_O = r"[ \t\r\n\u00a0]{0,3}"
_DASH = r"(?:-|\u2013|\u2014)"
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sept(?:ember|\.)?|"
    r"Sep\.?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?|JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?|APR(?:IL)?|MAY|"
    r"JUNE?|JULY?|AUG(?:UST)?|SEPT?(?:EMBER)?|OCT(?:OBER)?|NOV(?:EMBER)?|DEC(?:EMBER)?)(?![A-Za-z])"
)
_WEEKDAY_LONG = r"(?:[Mm]on|[Tt]ues|[Ww]ednes|[Tt]hurs|[Ff]ri|[Ss]atur|[Ss]un)days?|(?:MON|TUES|WEDNES|THURS|FRI|SATUR|SUN)DAY"
_WEEKDAY_SHORT = r"(?:Tues?|Weds?|Thur?s?|Fri)\.?"
# "Mon", "Sat" and "Sun" are also words and names: they need a preposition before or a number or time after.
_WEEKDAY_RISKY = (
    r"(?<=[nsmdy,(] )(?:Mon|Sat|Sun)\b\.?|(?:Mon|Sat|Sun)\b\.?(?=[, ]{1,2}(?:\d|morn|eve?n?g|night|after))"
)
_WEEKDAY = rf"(?:{_WEEKDAY_LONG}|{_WEEKDAY_SHORT}|{_WEEKDAY_RISKY})(?![A-Za-z])"
_YEAR = r"(?:1[5-9]|20)\d\d(?!\d)"
_YEAR_WORDS = rf"(?:{_YEAR}|(?i:this|last){_S}year)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?!\d)(?:(?:st|nd|rd|th|d)(?![A-Za-z]))?"
_NTH_WORD = "|".join(sorted(ORDINALS, key=len, reverse=True))
_COUNT = r"(?:\d{1,3}|" + "|".join(sorted(COUNTS, key=len, reverse=True)) + ")"
_HOURS = r"(?:minute|hour)s?"
_UNIT = r"(?:day|night|week|fortnight|month|year)s?"
_PART = (
    r"(?i:early[ ]morning|morning|noon|lunch-?[ ]?time|midday|afternoon|evening|evg|night|nightfall|"
    r"dawn|dusk|midnight|breakfast)"
)


_OF_DAY = rf"(?:,?{_S}(?i:of|the))?"
_LEAD = rf"(?:{_WEEKDAY}(?:{_S}{_PART})?,?{_S})?(?:(?i:the){_S})?"
_DAY_WORD = rf"(?:{_DAY}|(?i:{_NTH_WORD}))"
_RANGE = rf"(?:{_O}(?:{_DASH}|/|(?i:to|and|until|till|or)(?={_S})){_O}(?P<day2>{_DAY}))?"
# Words that may follow "on the 9th". Anything else makes it "the 9th Brigade" or "the 5th floor".
_AFTER_NTH = (
    r"(?=[.,;:!?)\"'\u2019\u201d\u2013\u2014]|\s*$|\s{1,3}(?i:and|but|or|that|which|when|while|after|before|as|to|"
    r"with|by|in|at|on|from|the|an?|they|we|he|she|it|its|his|her|our|their|this|these|those|who|where|there|rebels?|troops|was|were|had)\b)"
)

# What is counted rather than dated: "the 18th Brigade", opening a sentence.
_NUMBERED = "Infantry|Brigade|Division|Army|Corps|Regiment|Battalion|Armou?red|Airborne|Mechani[sz]ed|Panzer|Guards|Marine|Mountain|Tank|Motor|Assault|Street|Avenue|Parallel|Air"

# What is named after a day: "the 23 March Movement".
_NO_NAME = rf"(?!{_S}(?:Movement|Revolution|Agreement|Accord|Brigade|Division|Battalion|Group|Front|Street|Square|Avenue|Bridge|University|Stadium|Park|Hospital)\b)"

RULES: tuple[tuple[re.Pattern[str], Read], ...] = (
    (re.compile(rf"(?<![\w./-])(?P<year>{_YEAR})-(?P<m>0[1-9]|1[0-2])-(?P<d>[0-3]\d)(?!\d)"), read_iso),
    (re.compile(r"(?<![\w./-])(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<year>(?:1[5-9]|20)\d\d)(?![\w/-])"), read_numbers),
    (re.compile(r"(?m)^[ \t]{0,3}\[?(?P<a>\d\d)/(?P<b>\d\d)(?:\]|:)?(?=[ \t]{1,3}[\u2013\u2014(-]?[ \t]{0,2}[A-Z])(?P<year>)"), read_entry),
    (re.compile(rf"(?<!\d)(?P<day>[0-3]\d)[0-2]\d[0-5]\d[A-Z](?![a-z])(?:{_S}(?P<month>{_MONTH})(?:{_S}(?P<year>{_YEAR}|\d\d(?!\d)))?)?"), read_group),
    (re.compile(rf"(?<!\w){_LEAD}(?P<day>{_DAY_WORD}){_RANGE}{_OF_DAY}{_S}(?P<month>{_MONTH})(?:,?{_S}(?P<year>{_YEAR_WORDS}))?{_NO_NAME}"), read_full),
    (re.compile(rf"(?<!\w){_LEAD}(?P<month>{_MONTH}){_S}(?:(?i:the){_S})?(?P<day>{_DAY})(?![:.]\d){_RANGE}(?:,?{_S}(?P<year>{_YEAR_WORDS}))?{_NO_NAME}"), read_full),
    (re.compile(rf"(?<!\w)(?P<day>{_DAY}){_S}(?P<month>{_MONTH}){_O}(?:{_DASH}|(?i:to|until|till|and)){_O}(?P<day2>{_DAY}){_S}(?P<month2>{_MONTH})(?:,?{_S}(?P<year>{_YEAR}))?"), read_across_months),
    (re.compile(rf"(?<!\w)(?P<month>{_MONTH}){_S}(?P<day>{_DAY}){_O}(?:{_DASH}|(?i:to|until|till|and)){_O}(?P<month2>{_MONTH}){_S}(?P<day2>{_DAY})(?:,?{_S}(?P<year>{_YEAR}))?"), read_across_months),
    (re.compile(rf"(?<!\w)(?i:the){_S}(?P<day>\d{{1,2}}(?:st|nd|rd|th|d)|(?i:{_NTH_WORD})){_S}(?:(?P<whose>(?i:inst|ult)\b\.?|(?i:of{_S}(?:the|this|last){_S}month)))"), read_nth),
    (re.compile(rf"(?<!\w)(?i:on|since|by|until|till|from|before|after|about|around|(?:night|morning|afternoon|evening){_S}of){_S}(?i:the){_S}(?P<day>\d{{1,2}}(?:st|nd|rd|th)){_AFTER_NTH}(?P<whose>)"), read_nth),
    (re.compile(rf"(?<!\w)(?:On|By|Since|Until){_S}the{_S}(?P<day>\d{{1,2}}(?:st|nd|rd|th))(?={_S}[A-Z])(?!{_S}(?:{_NUMBERED}))(?P<whose>)"), read_nth),
    (re.compile(rf"(?<!\w)(?:(?P<which>(?i:last|past|previous|next|this(?:{_S}coming)?|coming|that|on{_S}the)){_S})?(?P<weekday>{_WEEKDAY})"
                rf"(?:{_S}(?P<after>(?i:last|next))(?={_O}[,.;:)]))?"
                rf"(?:,?{_S}(?i:the){_S}(?P<day>\d{{1,2}}(?:st|nd|rd|th)|(?i:{_NTH_WORD}))(?={_O}(?:[,.;:)]|(?i:that|when|and)\b)))?"
                rf"(?:{_S}(?i:of){_S}(?P<week>(?i:last|this|next)){_S}(?i:week))?(?:{_S}{_PART}\b)?"), read_weekday),
    (re.compile(rf"(?<!\w)(?i:from|between){_S}(?P<first>{_WEEKDAY}){_S}(?i:to|and|until|through){_S}(?P<last>{_WEEKDAY})"), read_weekdays),
    (re.compile(rf"(?i)(?<!\w)(?:the{_S}day{_S}(?:before{_S}yesterday|after{_S}to-?morrow)|yesterday|to-?day|to-?night|to-?morrow)(?:{_S}(?-i:{_PART}))?(?!\w)"), read_deictic),
    (re.compile(rf"(?i)(?<!\w)(?:last{_S}(?:night|evening)|this{_S}(?-i:{_PART}))(?!\w)"), read_deictic),
    (re.compile(rf"(?i)(?<!\w)(?:overnight|(?:during|in|through){_S}the{_S}night)(?!\w)"), read_night),
    (re.compile(rf"(?i)(?<!\w)(?:the{_S})?(?:(?:very{_S})?same|that(?:{_S}same|{_S}very)?){_S}(?:day|(?-i:{_PART}))(?!\w)"), read_same),
    (re.compile(rf"(?i)(?<!\w)(?:by|at|after|before|around|until|towards?|since){_S}(?:the{_S})?(?:first{_S}light|day-?break|sunrise|sunset|dark|(?-i:{_PART}))(?!\w)"), read_same),
    (re.compile(rf"(?i)(?<!\w)in{_S}the{_S}(?:morning|afternoon|evening)(?!\w)"), read_same),
    (re.compile(rf"(?i)(?<!\w)(?:{_COUNT}{_S})?{_HOURS}{_S}(?:later|afterwards?|after|earlier|before)(?!\w)"), read_same),
    (re.compile(rf"(?i)(?<!\w)within{_S}(?:the{_S}hour|(?:{_COUNT}{_S}(?:of{_S})?)?hours)(?!\w)"), read_same),
    (re.compile(rf"(?i)(?<!\w)(?:(?:the{_S})?next{_S}(?:day|(?-i:{_PART}))|the{_S}(?:following|previous|preceding){_S}(?:day|(?-i:{_PART}))|the{_S}(?:day|night|evening){_S}(?:before|after)(?!{_S}(?:the|an?|he|she|it|they|we|his|her|its|their|our)\b))(?!\w)"), read_next_day),
    (re.compile(rf"(?i)(?<!\w)(?P<count>(?:an?{_S})?{_COUNT}{_S}(?:of{_S})?|)(?P<unit>{_UNIT}){_S}(?P<way>later|afterwards?|after(?={_O}[,.;])|earlier|before(?={_O}[,.;])|previously|longer)(?!{_S}than\b)(?P<exact>{_S}to{_S}the{_S}day)?(?!\w)"), read_later),
    (re.compile(rf"(?i)(?<!\w)(?P<count>(?:an?{_S})?{_COUNT}{_S}|the{_S})(?P<unit>{_UNIT})(?:{_S}to{_S}the{_S}day)?{_S}(?P<way>after|before|since)(?={_S}(?!(?:this|that|these|those|it)\b[,.;]|which\b)[\w'\u2019\u201c\"-])"), read_clause),
    (re.compile(rf"(?i)(?<!\w)(?P<count>(?:an?{_S})?{_COUNT}{_S}|)(?P<unit>{_UNIT}|{_HOURS}){_S}ago(?!\w)"), read_ago),
    (re.compile(rf"(?i)(?<!\w)(?:for|in|over|during){_S}the{_S}(?:last|past|previous){_S}(?P<count>{_COUNT}{_S}|)(?P<unit>{_UNIT})(?!\w)"), read_for_days),
    (re.compile(rf"(?i)(?<!\w)for{_S}(?:(?:about|almost|nearly|over|more{_S}than){_S})?(?P<count>(?:an?{_S})?{_COUNT}{_S})(?P<unit>{_UNIT})(?!\w)"), read_lasting),
    (re.compile(r"(?i)(?<!\w)for (?P<count>)(?P<unit>days|weeks|nights)(?!\w)"), read_for_days),
    (re.compile(rf"(?i)(?<!\w)(?:in|within){_S}(?:the{_S}(?:coming|next){_S})?(?P<count>(?:an?{_S})?{_COUNT}{_S}|)(?P<unit>(?:day|week|fortnight|month|hour)s?)(?!\w)(?={_O}[.,;:\"'\u201d\u2019)]|{_S}(?:if|unless|when)\b)"), read_coming),
    (re.compile(rf"(?i)(?<!\w)in{_S}the{_S}(?:coming|next){_S}(?P<count>{_COUNT}{_S}|)(?P<unit>(?:day|week|month|hour)s?)(?!\w)"), read_coming),
    (re.compile(rf"(?i)(?<!\w)(?:(?:early|earlier|late|later|mid|by{_S}the{_S}end{_S}of|at{_S}the{_S}end{_S}of){_O}-?{_O})?(?:last|past|previous|this|next|coming){_S}(?P<unit>week|month|year|weekend)(?!\w)"), read_period),
    (re.compile(rf"(?i)(?<!\w)(?:(?:by|at|before|towards){_S}the{_S}(?:end|beginning|start|middle){_S}of{_S}the{_S}(?P<unit>week|month|year))(?!\w)"), read_period),
    (re.compile(rf"(?i)(?<!\w)(?:at|over|during){_S}the{_S}(?P<unit>weekend)(?!\w)"), read_period),
    (re.compile(rf"(?<!\w)(?P<lead>(?i:in|since|of|until|till|during|from|by|before){_S}(?:(?i:the){_S})?|)"
                rf"(?P<part>(?i:early(?:{_S}in)?|mid|late(?:{_S}in)?|(?:middle|beginning|end|start){_S}of|(?:first|last){_S}(?:days|week|half){_S}of)[ -]{{1,2}}|)"
                rf"(?P<which>(?i:last|next|this){_S}|)(?P<month>{_MONTH})(?!{_S}\d{{1,2}}(?!\d))(?:,?{_S}(?P<year>{_YEAR_WORDS}))?"), read_month),
    (re.compile(rf"(?<!\w)(?i:in|since|during|from|until|by|before)(?:{_S}(?i:the|early|late|mid))?{_S}(?:(?P<season>(?i:spring|summer|autumn|winter))(?:{_S}(?i:of){_S}|{_S})?)?(?P<year>{_YEAR})(?![-.,]?\d|{_S}(?i:people|men|fighters|troops|soldiers|civilians|families|refugees|hours|metres|meters|miles|km|to{_S}\d))(?!\w)"), read_year),
    (re.compile(rf"(?<!\w)(?i:in|since|during|last|this)(?:{_S}(?i:the|last))?{_S}(?P<season>(?i:spring|summer|autumn|winter))(?P<year>)(?!\w|{_S}(?i:of|camp|offensive)\b)"), read_year),
    (re.compile(rf"(?i)(?<!\w)(?:recently|in{_S}recent{_S}days|lately)(?!\w)"), read_recent),
    (re.compile(rf"(?i)(?<!\w)(?:early{_S}on(?={_O},|{_S}in{_S}the\b)|before{_S}the{_S}(?:\w{{1,20}}{_S})?(?:feast|harvest|holiday|festival|rains))(?!\w)"), read_undated),
)  # fmt: skip
