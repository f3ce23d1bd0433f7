# The words of nurture, in English. Every key stands in zh-CN.ftl too, with the same variables.

## diagnostics

level-error = error
level-warning = warning
level-help = help
did-you-mean = did you mean `{ $suggestion }`?
E0101 = YAML cannot be read from here on
E0101-title = YAML cannot be read
E0101-help = write `key: value`, put two spaces in front of what belongs inside, `- ` in front of each item of a list, and quotes around a text with signs in it
E0101-indentation = this line does not fit what stands above it
E0101-help-indentation = check the spaces in front of this line and of the one above: what belongs together starts at the same column, what belongs inside stands two spaces deeper
E0101-brackets = this does not fit inside the brackets
E0101-help-brackets = separate entries by a comma, write `key: value` inside curly brackets, and put quotes around texts with signs in them
E0101-character = `{ $found }` cannot stand here
E0102 = there is a full-width or no-break space where only plain spaces count
E0102-title = A full-width or no-break space where a plain one is meant
E0102-help = put plain spaces here; `nurture check --fix` does it
E0103 = there is a tab in the indentation
E0103-title = A tab in the indentation
E0103-help = YAML counts spaces only: put two spaces for each level; `nurture check --fix` does it
E0105 = this line is indented by { $found }, unlike its neighbours
E0105-title = A line indented unlike its neighbours
E0105-label = expected { $expected } spaces in front
E0105-help = lines of one level start at the same column; what belongs inside a line above stands two spaces deeper
E0105-inside = this line is deeper than the one above, which has its value already
E0105-help-inside = start both at the same column, or take away the value above
E0105-dash = this line stands at the column of other lines and is not of their kind
E0105-help-dash = either all lines of a level begin with `- ` (a list) or all are `key: value`
E0106 = YAML cuts this value at `{ $sign }`
E0106-title = A sign that cuts an unquoted value inside brackets
E0106-label = the whole value needs quotes
E0106-help = put quotes around the value: inside curly and square brackets a comma or a bracket ends an unquoted one
E0107 = there is `: ` inside this unquoted text
E0107-title = An unquoted text with a colon and a space inside
E0107-label = the whole text needs quotes
E0107-help = put quotes around the text; without them YAML takes what is before the colon for a key
E0108 = `{ $found }` is full-width: YAML understands only `{ $meant }` here
E0108-title = Full-width punctuation where half-width is meant
E0108-help = type `{ $meant }` with the input method in half-width; `nurture check --fix` does it
E0108-quotes = full-width quotes do not quote: they would be part of the text
E0108-help-quotes = use half-width quotes; to show full-width quotes to the customer, put half-width ones around them
E0109 = a value that starts with `{"{{"}` needs quotes
E0109-title = A value that starts with two curly brackets
E0109-label = YAML takes this for a map
E0109-help = put quotes around the whole value
E0110 = a text that starts with `{ $sign }` needs quotes
E0110-title = An unquoted text that starts with a sign of YAML
E0110-label = `{ $sign }` means something else in YAML
E0110-help = put quotes around the text
E0111 = anchors and aliases (`&name`, `*name`) are not part of this language
E0111-title = Anchors, aliases, tags, merge keys and directives
E0111-help = share by a name of a library file (segments, tables, policies), by `call:` or by inputs; a text that starts with such a sign needs quotes
E0111-tag = tags (`!name`) are not part of this language
E0111-help-tag = leave it out; a text that starts with `!` needs quotes
E0111-merge = merge keys (`<<`) are not part of this language
E0111-directive = directives (`%…`) are not part of this language
E0111-help-directive = leave this line out
E0112 = a second document starts here
E0112-title = A second document in one file
E0112-label = what follows is not read
E0112-help = one file declares one object: move the rest to a file of its own
E0113 = `{ $key }` stands twice
E0113-title = The same key twice
E0113-label = again here
E0113-first = first here, in line { $line }
E0113-help = keep one of the two; the first one is in line { $line }
E0114 = the quote `{ $quote }` is never closed
E0114-title = A quote that is never closed
E0114-label = opened here
E0114-help = put a `{ $quote }` at the end of the text
E0115 = text stands behind the closing quote `{ $quote }`
E0115-title = Text behind a closing quote
E0115-help = put the whole text in quotes, single ones where it contains `"` itself
E0115-help-template = quotes inside a template: put single quotes around the whole text
E0116 = `{ $bracket }` is never closed
E0116-title = A bracket that is never closed, or by the wrong one
E0116-label = opened here
E0116-help = put the closing `{ $meant }` behind the last entry, or quotes around a text that starts with `{ $bracket }`
E0116-other = `{ $found }` closes nothing: `{ $bracket }` is open
E0116-help-other = write `{ $meant }` here
E0116-opened = opened here
E0117 = a space is missing behind the colon
E0117-title = A space is missing behind a colon or dash
E0117-help = write `key: value`; `nurture check --fix` does it
E0117-dash = a space is missing behind the dash
E0117-help-dash = write `- key: value`; `nurture check --fix` does it
E0118 = the file is too large
E0118-title = A file beyond the limits
E0118-bytes = the file is larger than { $most } MiB
E0118-nodes = the file has more than { $most } keys and values
E0118-depth = lists and maps lie more than { $most } deep inside each other
E0118-help = divide it: one file for each object, and `call:` for parts of a workflow
E0119 = there is nothing in this file
E0119-title = An empty file
E0119-help = begin with `workflow: NAME`, or with the first key of a library file, or delete the file
E0120 = `{ $escape }` means nothing in a double-quoted text
E0120-title = A backslash that means nothing in double quotes
E0120-help = use single quotes, in which a backslash is just a backslash, or write `\\` for one
E0120-number = the code behind `\x` or `\u` is not one of a character
E0121 = a key must be a text
E0121-title = A key that is no text
E0121-help = write `key: value`; a text that starts with a bracket needs quotes
E0122 = this line has no colon
E0122-title = A line or entry without a colon
E0122-label = `key: value` is expected here
E0122-help = write `key: value`, or put `- ` in front of an item of a list
E0122-entry = this entry has no colon
E0122-help-entry = write `key: value`; a text with a comma inside needs quotes
W0123 = the rest of this text counts as a comment
W0123-title = A text loses its end to a comment
W0123-label = lost
W0123-help = put quotes around the whole text; for a comment put a space behind `#`
W0124 = `\"` inside a template is hard to read
W0124-title = Escaped quotes inside a template
W0124-label = single quotes outside need no backslash
W0124-help = put single quotes around the text and write the inner quotes as they are
E0301 = `{ $key }` is not a key of { $what }
E0301-title = An unknown key
E0301-help = known here: { $known }
E0302 = `{ $key }` is missing in { $what }
E0302-title = A key is missing
E0302-help = add a line `{ $key }: …` here
E0303 = { $expected } is expected here, and this is { $found }
E0303-title = A value of another kind
E0303-key = `{ $key }` needs { $expected }, and this is { $found }
E0303-help-list = put `- ` in front of each item
E0303-help-map = write `key: value` inside
E0303-help-number = write digits without quotes or a unit, such as `5` or `12.5`
E0303-help-bool = write `true` or `false`, without quotes
E0303-help-text = write one text, in quotes if it has signs in it
E0304 = nothing stands behind `{ $key }`
E0304-title = Nothing behind a key
E0304-item = nothing stands behind this dash
E0304-help = write the value, or take the line away
E0305 = `{ $word }` is not one of the words for `{ $key }`
E0305-title = A word that is not one of those allowed
E0305-help = one of: { $known }
E0306 = `{ $number }` does not fit `{ $key }`
E0306-title = A number out of range
E0306-help = a whole number from { $least } to { $most }
shape-nothing = nothing
shape-text = a text
shape-number = a number
shape-bool = `true` or `false`
shape-list = a list
shape-map = a map of `key: value`
shape-scalar = a single value
E0306-help-decimal = a number with at most 6 places behind the point, below 9 million million
thing-here = this place

## values, lengths of time, windows and schedules (model: *Error::key)

number-too-many-places = `{ $text }` has more than 6 places after the point
number-out-of-range = `{ $text }` is beyond ± 9 million million
number-not-a-number = `{ $text }` is not a number
value-control = the text has a control character ({ $code })
value-not-one-of = `{ $text }` is not one of: { $choices }
value-not-yes-no = `{ $text }` is neither yes nor no
value-not-a-date = `{ $text }` is not a date, such as `2026-03-02`
value-not-a-time = `{ $text }` is not a time, such as `2026-03-02 09:00`
value-not-an-email = this is not an e-mail address
value-not-a-phone = this is not a phone number
value-blank-id = the id is blank
value-wrong-kind = { $found } stands where { $wanted } belongs
birthday-not-a-birthday = `{ $text }` is not a birthday, such as `1990-03-12`, `03-12` or `lunar 08-15`
birthday-no-such-day = the calendar has no day `{ $text }`
length-empty = a length of time is missing, such as `3 days`
length-no-unit = `{ $number }` of what? A unit is missing
length-unknown-unit = `{ $unit }` is not a unit of time
length-not-a-length = `{ $text }` is not a length of time
length-not-whole = `{ $text }` is not whole: only hours, minutes and seconds may have a fraction
length-negative = `{ $text }` is negative
length-too-long = `{ $text }` is longer than 100 years
window-empty = a window is missing, such as `10:00-20:00 workdays`
window-not-a-part = `{ $part }` is neither days nor a time of the day, such as `mon-fri` or `10:00-20:00`
window-no-such-time = `{ $part }` is not a clock time
window-no-length = `{ $part }` starts and ends at the same time; the whole day is `00:00-24:00`
window-never-ends = `{ $text }` never ends
schedule-not-days = `{ $text }` is not a day: `day`, `monday`, `workdays`, `month`
schedule-no-day-of-month = `every: month` needs `on:` with a day from 1 to 31, or `last`
schedule-on-without-month = `on:` goes with `every: month` only
schedule-not-a-day = `{ $text }` is not a day, such as `2026-09-07`, `yearly 09-10` or `lunar 08-15`
schedule-not-a-time = `{ $text }` is not a clock time, such as `09:00`
cron-fields = a cron pattern has 5 fields (minute hour day month weekday), and this one has { $count }
cron-field-minute = `{ $field }` is not a minute of a cron pattern: 0 to 59
cron-field-hour = `{ $field }` is not an hour of a cron pattern: 0 to 23
cron-field-day = `{ $field }` is not a day of the month of a cron pattern: 1 to 31
cron-field-month = `{ $field }` is not a month of a cron pattern: 1 to 12, or a name such as `JAN`
cron-field-weekday = `{ $field }` is not a weekday of a cron pattern, such as `MON` or `MON-FRI`
cron-weekday-number = `{ $field }`: write the weekday by name, such as `MON` or `MON-FRI`; numbers mean different days in different programs
cron-day-and-weekday = a day of the month and a weekday together mean *or* to some programs and *and* to others: write one of them
cron-never-fires = this pattern never fires: no month of it has such a day

## templates (dsl: template/)

E0501 = the tag `{ $tag }` cannot be read
E0501-title = A merge tag that cannot be read
E0501-help = a tag is a name, `{"{{"}customer.name{"}}"}`, or a helper with its values, `{"{{"}default customer.name "friend"{"}}"}`
E0501-unclosed = this tag is never closed
E0501-unclosed-help = end it with `{"}}"}` before the next tag begins
E0501-open = `{"{{"}#{ $name }{"}}"}` is never closed
E0501-not-open = nothing is open here that `{"{{"}/{ $name }{"}}"}` could close
E0501-other = `{"{{"}/{ $name }{"}}"}` stands where `{"{{"}/{ $opened }{"}}"}` belongs
E0501-opened = opened here
E0502 = there is no `{ $name }`
E0502-title = A merge tag names what does not exist
E0502-help = known here: { $known }
E0502-inside = inside this block `{ $name }` means a part of what the block is about
E0502-inside-help = write `{ $rooted }`
E0502-far = `{ $name }` leads too far: nothing goes on behind `{ $before }`
E0503 = `{ $name }` may be unknown, and the tag has no fallback
E0503-title = An optional value without a fallback
E0503-help = give a fallback, `{"{{"}default { $name } "friend"{"}}"}`, or put it inside `{"{{"}#if { $name }{"}}"}`
E0504 = there is no helper `{ $name }`
E0504-title = An unknown helper
E0504-help = known: { $known }
E0505 = three braces put a value into the mail as HTML, without protection
E0505-title = Three braces outside the layout
E0505-help = use two braces: values of customers are text
E0506 = partials, decorators and raw blocks are not part of the language
E0506-title = A kind of tag that is not supported
E0506-block-param = `as |name|` is not part of the language
E0506-help = write the text out, or put it into the layout; in `each` the item is `this`
E0507 = the template is longer than { $most } KB
E0507-title = A template that is too long or too deep
E0507-tags = the template has more than { $most } tags, too many for its length
E0507-deep = more than { $most } blocks, brackets or lists stand inside each other
E0507-each = more than { $most } `each` stand inside each other
E0508 = `{ $key }` is not a key of a template's head
E0508-title = The head of a template
E0508-help = the head has `subject`, `preheader` and `from`, each as `key: text` in a line
E0508-line = this line of the head is not `key: text`
E0508-twice = `{ $key }` stands twice in the head
E0508-quote = this quote is never closed
E0508-unclosed = the head begins here and never ends
E0508-unclosed-help = put a line with `---` below the last key
E0509 = `{ $address }` is not an address that may stand in a mail
E0509-title = An address that may not stand in a mail
E0509-relative = `{ $address }` is not a whole address, and a mail has no page to start from
E0509-help = begin it with `https://`, `mailto:` or `tel:`; pictures may also stand in `assets/`
E0510 = `{ $path }` is not the name of a template
E0510-title = A template's file name
E0510-help = templates are named `NAME.md.hbs`, `NAME.html.hbs` or `NAME.txt.hbs`, with a language before the ending: `offer.zh-CN.md.hbs`
E0511 = `{ $helper }` cannot use `{ $name }`, whose type is { $type }
E0511-title = A helper with the wrong values
E0511-help = `date` takes dates, times and birthdays; `money` and `plural` take numbers; `upper` and `first_name` take texts
E0511-count = `{ $helper }` has too many or too few values; it is written `{ $usage }`
E0511-hash = `{ $helper }` takes no values with names
E0511-choice = `{ $text }` is not one of: { $choices }
E0511-with = `with` needs something that has parts, such as `customer.company`, and this is of type { $type }
E0511-each = `each` goes through a list, and `{ $name }` is none
E0511-list = `{ $name }` is a list: go through it with `{"{{"}#each { $name }{"}}"}`
E0511-thing = `{ $name }` is not a text: name one of its parts
E0512 = the styles cannot be read: { $reason }
E0512-title = The styles of the layout
E0512-element = `{ $element }` is not an element that Markdown makes
E0512-style = the style of `{ $element }` is not plain CSS in quotes
E0512-help = known: { $known }
E0513 = there is no `{ $name }` in this workflow
E0513-title = A merge tag that this workflow does not have
E0513-tag = the template names it here
E0513-var = the variable `{ $name }` is not set in this workflow
E0513-step = `{ $name }` is not the result of a step of this workflow
E0513-entity = the trigger of this workflow names no { $kind }, so there is no `{ $name }`
E0513-entity-help = use a trigger on that entity, or a tag of the customer
E0513-help = known here: { $known }
E0514 = a block tag stands in an address
E0514-title = A tag in a place where Markdown loses it
E0514-help = choose between two whole links: put the block around them
E0514-lost = this tag stands where Markdown drops it
E0514-lost-help = put it into the text or into the address of a link
E0515 = the layout has no place for the mail's text
E0515-title = A layout without the mail's text
E0515-help = put `{"{{{"}content{"}}}"}` where the text belongs
E0516 = there is no sender `{ $name }`
E0516-title = A sender that does not exist
E0516-help = known: { $known }, and `owner`
W0521 = the mail has no preheader
W0521-title = A mail without a preheader
W0521-help = add `preheader:` to the head: mail programs show it beside the subject, else the first words of the text
W0522 = the picture has no words for those who do not see it
W0522-title = A picture without words
W0522-help = write what it shows: `![our new beans](https://…)`
W0523 = the link leads nowhere
W0523-title = A link that leads nowhere
W0524 = `{ $name }` stands here and not in { $path }
W0524-title = Languages of one mail that name different things
W0524-help = was one of the two forgotten?
W0525 = the mail is { $size } KB long, and Gmail cuts it off after 102 KB
W0525-title = A mail that Gmail cuts off
W0525-help = shorten it: what is cut off includes the link to unsubscribe
W0526 = the page has no link to unsubscribe
W0526-title = A page without what every mail needs
W0526-help = put `{"{{"}unsubscribe_url{"}}"}` into the address of a link
W0526-lang = the page does not say its language: `<html lang="{"{{"}language{"}}"}">`
W0526-title-missing = the page has no title: `<title>{"{{"}subject{"}}"}</title>`
W0527 = `{ $name }` is known as a rule, but not of everybody
W0527-title = A value that is usually known
W0527-help = give a fallback, such as `{"{{"}default { $name } "friend"{"}}"}`: without it the mail to those who lack it is not sent

## trace (cli: view/trace.rs)

did-enroll = entering
did-exit = leaving
did-email = email
did-sms = text message
did-message = message
did-webhook = webhook
did-notify = notice
did-set = set
did-tag = tag
did-untag = tag off
did-add_score = points
did-move_stage = stage
did-consent = consent
did-suppress = suppress
did-unsuppress = unsuppress
did-record = event
did-assign = owner
did-unassign = no owner
did-task = task
did-wait = wait
did-wait_until = wait
did-wait_for_date = wait
did-wait_for = wait for
did-timeline = timeline
did-if = if
did-choose = choose
did-split = split
did-repeat = repeat
did-goal = goal
outcome-done = done
outcome-skipped = skipped
outcome-deferred = put off
outcome-waits = waits
outcome-entered = entered
outcome-exited = left
outcome-refused = refused
fact-is = { $name } is { $value }
fact-unknown = { $name } is unknown
fact-and = { $first }, { $rest }
value-yes = yes
value-no = no
trace-entered-date = the day has come
trace-entered-inactive = nothing was heard for long enough
trace-entered-schedule = the schedule came round
trace-entered-manual = somebody started it by hand
trace-entered-by = started by { $what }
trace-entered-event = `{ $what }` happened
trace-entered-stage = the stage of the { $what } changed
trace-entered-changed = a value changed
trace-entered-held-out = { $why }; held out to measure what this workflow brings, so nothing is done
trace-entered-key = { $why }, for `{ $key }`
trace-refused-no_key = the value that tells this workflow's walks apart is missing
trace-refused-loop = workflows set one another off more than 8 times in a row
trace-refused-already = is in this workflow already
trace-refused-reentry = was in this workflow before, and it is entered only once
trace-refused-reentry-until = last entered on { $last }, and may enter again from { $again }
trace-refused-audience = does not belong to the audience
trace-refused-audience-values = does not belong to the audience: { $values }
trace-refused-exit_when = what would end the walk is true already
trace-refused-exit_when-values = what would end the walk is true already: { $values }
trace-refused-goal = the goal is reached already
trace-refused-goal-values = the goal is reached already: { $values }
trace-refused-missed = the time for it had passed
trace-refused-missed-paused = the workflow was paused at that time
trace-skipped-only_if = the condition of this step does not hold
trace-skipped-only_if-values = the condition of this step does not hold: { $values }
trace-skipped-consent = there is no consent
trace-skipped-consent-topic = there is no consent to “{ $topic }”
trace-skipped-suppressed = this customer must not be written to any more
trace-skipped-no_address-email = no email address is known
trace-skipped-no_address-sms = no phone number is known
trace-skipped-no_address = no address is known
trace-skipped-duplicate = the same message went out before
trace-skipped-quiet_hours = the quiet hours end after the latest time for this message
trace-skipped-quiet_hours-until = the quiet hours last until { $until }, and that is too late for this message
trace-skipped-window = the next hours allowed come after the latest time for this message
trace-skipped-window-until = the next hours allowed begin at { $until }, and that is too late for this message
trace-skipped-late = it is too late for it
trace-skipped-late-due = it is too late: it was due at { $due }
trace-skipped-held_out = held out to measure: without that it would have been done
trace-skipped-held_out-message = held out to measure: without that it would have been sent
trace-skipped-owner_unknown = nobody owns this customer, and it goes to no one else
trace-skipped-owned = has an owner already
trace-skipped-owned-rep = belongs to { $rep } already
trace-skipped-nobody_available = nobody in the team can take it
trace-skipped-nobody_available-passed = nobody in the team can take it: { $passed }
trace-skipped-not_allowed = the model does not allow this move
trace-skipped-not_allowed-from = the model does not allow the move from { $from } to { $what }
trace-skipped-same_stage = is in this stage already
trace-skipped-no_entity = there is none, or more than one
trace-skipped-no_date = the date is unknown
trace-skipped-past = this point is past already
trace-skipped-past-point = { $point } is past already
trace-skipped-error = a value that it needs is unknown
trace-skipped-error-why = it could not be done: { $why }
trace-deferred-quiet_hours = quiet hours: it waits until { $until }
trace-deferred-window = outside the hours allowed: it waits until { $until }
trace-deferred = it waits until { $until }
trace-waits-wait = { $what }, until { $until }
trace-waits-wait_until = the hours allowed begin at { $until }
trace-waits-wait_for = until it comes, at the latest until { $until }
trace-waits-wait_for_date = until { $until }
trace-waits-wait_for_date-day = the date is { $date }: until { $until }
trace-waits-moved = the date moved to { $date }: until { $until }
trace-waits-timeline = until { $until }
trace-waits-timeline-point = next comes { $point }: until { $until }
trace-waits = until { $until }
trace-done-message = every check allowed it
trace-done-webhook = it was called
trace-done-notify = told the team
trace-done-notify-rep = told { $rep }
trace-done-notify-text = “{ $text }”
trace-done-notify-rep-text = told { $rep }: “{ $text }”
trace-done-set = { $values }
trace-done-tag = the tag was put on
trace-done-untag = the tag was taken off
trace-done-add_score = { $points } points
trace-done-move_stage = moved to { $what }
trace-done-move_stage-from = moved from { $from } to { $what }
trace-done-consent-granted = consent was given
trace-done-consent-withdrawn = consent was taken back
trace-done-suppress = no messages from now on
trace-done-suppress-until = no messages until { $until }
trace-done-unsuppress = messages are allowed again
trace-done-record = it was recorded
trace-done-record-values = it was recorded: { $values }
trace-done-assign = a rep was chosen
trace-done-assign-rep = now belongs to { $rep } ({ $rule })
trace-done-assign-passed = { $why }; passed over: { $passed }
trace-done-unassign = belongs to nobody now
trace-done-task = for nobody yet: the manager sees it
trace-done-task-due = for nobody yet, due { $due }: the manager sees it
trace-done-task-rep = for { $rep }
trace-done-task-rep-due = for { $rep }, due { $due }
trace-done-wait = no need to wait
trace-done-wait_until = inside the hours allowed
trace-done-wait_for = it came
trace-done-came = it came
trace-done-timeout = nothing came in time
trace-done-wait_for_date = the date has come
trace-done-past = the date is past already, so the walk goes on
trace-done-timeline = its time has come
trace-done-timeline-day = its time has come: the date is { $date }
trace-done-moved = the date moved to { $date }: what is not done is planned anew
trace-done-if-then = yes
trace-done-if-then-values = yes: { $values }
trace-done-if-else = no
trace-done-if-else-values = no: { $values }
trace-done-choose = this case holds
trace-done-choose-values = this case holds: { $values }
trace-done-choose-otherwise = no other case holds
trace-done-choose-none = no case holds, so the walk goes on below
trace-done-split = drawn: { $arm }
trace-done-until = enough after { $passes ->
    [one] 1 round
   *[other] { $passes } rounds
}
trace-done-times = { $passes ->
    [one] 1 round
   *[other] { $passes } rounds
} done
trace-done-goal = the goal is reached
trace-done-goal-value = the goal is reached, worth { $value }
trace-done = done
trace-exited-end = came to the end
trace-exited-goal = the goal is reached
trace-exited-exit_when = what ends this walk became true
trace-exited-not_quiet = an event that was reported late shows: they were not quiet
trace-exited-past = the date is past
trace-exited-error = something in nurture failed: please tell the operator
trace-exited-word = the workflow says “{ $reason }”
trace-refused = refused as `{ $reason }`
trace-skipped = left out as `{ $reason }`
passed-away = { $rep } is away
passed-full = { $rep } has as many as they may have
passed-other = { $rep }: { $why }
rule-round_robin = each in turn
rule-weighted = each in turn, by weight
rule-least_busy = who has the fewest
rule-territory = by territory
rule-skill = by skill
rule-owner = the owner before
rule-sticky = as before
point-on = the day itself
point-before = { $length } before
point-after = { $length } after
unit-year = { $count ->
    [one] 1 year
   *[other] { $count } years
}
unit-month = { $count ->
    [one] 1 month
   *[other] { $count } months
}
unit-day = { $count ->
    [one] 1 day
   *[other] { $count } days
}
unit-workday = { $count ->
    [one] 1 workday
   *[other] { $count } workdays
}
unit-workhour = { $count ->
    [one] 1 working hour
   *[other] { $count } working hours
}
unit-workminute = { $count ->
    [one] 1 working minute
   *[other] { $count } working minutes
}
unit-hour = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
unit-minute = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
unit-second = { $count ->
    [one] 1 second
   *[other] { $count } seconds
}

## messages (interpreter: render/)

mail-unsubscribe = Unsubscribe or change preferences
mail-unsubscribe-at = Unsubscribe or change preferences: { $url }
mail-why = You receive this mail because you agreed to hear from us.
mail-service = This is a notice about your service with us, not advertising.
render-missing = the tag `{ $tag }` has no value, and the template gives no fallback
render-value = `{ $helper }` cannot use the value of `{ $tag }`
render-link = the value of `{ $tag }` is not an address that may stand in a mail
render-too-long = the message is longer than 1 MB
render-unreadable = the template cannot be read: { $reason }
render-no-template = there is no template `{ $name }`

## import

thing-import-map = an import map
thing-import-read = `read` of an import map
thing-import-date = a date of an import map
thing-import-look-up = a look-up of an import map
thing-import-move = a move of an import map
import-with-suggestion = { $what } – { $question }
import-bad-cell = line { $line }, column `{ $column }`: { $why }
import-bad-row = line { $line }: { $why }
import-blank = nothing stands here, and this column is required
import-utf16 = the file is UTF-16: save it as “CSV UTF-8”
import-workbook = the file is a workbook (xlsx): save the sheet as “CSV UTF-8”
import-empty = the file is empty: its first line should name the columns
import-column-twice = two columns are called `{ $column }`
import-row-too-long = the row that begins near line { $line } does not end within 4 MiB: look for a quote (`"`) that is never closed
import-not-utf8 = these bytes are not UTF-8; if the file is GB18030 or GBK, say `--encoding gb18030`
import-not-gb18030 = these bytes are not GB18030
import-cell-count = the row does not fit the columns: cells { $found }, columns { $expected }
import-cell-without-column = a value stands in a column that has no name
import-not-json = this is not JSON ({ $why }, at character { $column })
import-not-an-object = this is not a JSON object, such as `{"{"}"external_id": "c1"{"}"}`
import-what = `{ $word }` cannot be imported: one of { $known }
import-column-unknown = `{ $column }` is not a name of { $what } in the model; say `--extra keep` or `--extra drop` to load the rest
import-column-missing = the column `{ $column }` is missing: { $what } cannot be imported without it
import-computed = `{ $attribute }` is computed by the engine and cannot be imported
import-event-unknown = the model has no event `{ $event }`
import-event-entity = this event is about an entity: `properties.{ $field }` is missing
import-topic-unknown = there is no topic `{ $topic }`
import-not-granted = `{ $text }` is neither `granted` nor `withdrawn`
import-zone = `{ $zone }` is not a time zone, such as `Asia/Shanghai`
import-customer-unknown = there is no customer `{ $customer }`: import customers first, or say `--create-customers`
import-email-unknown = no customer has this e-mail address
import-date-form = `{ $text }` is not a date of the form `{ $form }`
import-move-backwards = the move to `{ $stage }` lies before the move above it
import-map-other = this map is for `{ $map }`, and `{ $what }` are to be imported
import-map-no-columns = without a header the map names the columns: `read: {"{"} columns: [id, date] {"}"}`
import-map-twice = `{ $attribute }` is both set and looked up
import-map-column = the file has no column `{ $column }`
import-map-no-moves = moves are for entities with stages that belong to one customer, and not for `{ $what }`
import-look-up-path = `{ $file }` must be a plain name of a file beside the imported one or beside the map
import-look-up-missing = `{ $file }` is neither beside the imported file nor beside the map
import-look-up-column = `{ $file }` has no column `{ $column }`
import-look-up-row = `{ $file }` cannot be used: { $why }

## steps, libraries, tests in files (dsl: decode/)

E0104 = this is not a length of time
E0104-title = A length of time that cannot be read
E0104-zero = this length of time is zero
E0104-help = write a number and a unit: `3 days`, `90 minutes`, `5 workdays`, `3 天`
E0125 = this value is not of its type
E0125-title = A value that is not of its type
E0126 = `{ $text }` is not a clock time
E0126-title = Not a clock time
E0126-help = write it like `09:00` or `18:30`
E0127 = these are no times of the day
E0127-title = Times of the day that cannot be read
E0127-help = write it like `21:00-09:00` or `10:00-20:00 workdays`
E0128 = this is not a schedule
E0128-title = A schedule that cannot be read
E0128-nothing = the schedule does not say when
E0128-two = `cron` stands by itself, without `every` and `on`
E0128-help = write `every: monday` with `at: 09:00`, `on: yearly 09-10`, or `cron: "0 9 * * MON"`
E0129 = unknown time zone `{ $name }`
E0129-title = A time zone that does not exist
E0232 = unknown entity `{ $name }`
E0232-title = An entity that the model does not have
E0233 = `{ $kind }` has no stage `{ $name }`
E0233-title = A stage that does not exist
E0233-none = `{ $kind }` has no stages
E0233-help = its stages are: { $stages }
E0235 = unknown sender `{ $name }`
E0235-title = A sender that does not exist
E0236 = unknown topic `{ $name }`
E0236-title = A topic that does not exist
E0237 = there is no template `{ $name }`
E0237-title = A template that does not exist
E0239 = unknown channel `{ $name }`
E0239-title = A channel that does not exist
E0240 = points need a score
E0240-title = Points for no score
E0240-none = the project has no score to add points to
E0240-which = there are several scores: write `to:` with one of { $known }
W0241 = `{ $name }` is neither a team nor a rep of one: it counts as a role
W0241-title = A colleague nobody knows
W0241-help = declare a team of that name in `teams.yaml`, so that somebody hears of it
E0242 = unknown team `{ $name }`
E0242-title = A team that does not exist
E0307 = `{ $name }` is no kind of file
E0307-title = A file of an unknown kind
E0307-help = the first key of a file says what it declares: { $known }
E0307-below = this key belongs first
E0308 = `{ $name }` is declared twice
E0308-title = Declared twice
E0308-model = there is more than one model
E0308-first = declared here first
E0308-help = give one of them another name, or take it out
E0309 = unknown verb `{ $name }`
E0309-title = An unknown verb
E0309-help = a step begins with what it does, such as `email`, `wait`, `if`, `assign`, `task` or `exit`
E0310 = this step does not say what it does
E0310-title = A step without a verb
E0310-line = this line does not say what must happen
E0310-help = name a step's verb, such as `email: winback/offer`, or `exit: goal`
E0311 = one step has two verbs, `{ $first }` and `{ $second }`
E0311-title = Two verbs in one step
E0311-line = one line is about two things, `{ $first }` and `{ $second }`
E0311-first = the first one
E0311-help = make two steps of it: begin the second with `- `
E0312 = `wait_for` needs `within`: for how long at most
E0312-title = `wait_for` without `within`
E0312-help = add a line such as `within: 5 days`
E0313 = `{ $name }` is not a trigger
E0313-title = Not exactly one trigger
E0313-two = a workflow has one trigger, and this one has `{ $first }` and `{ $second }`
E0313-first = the first one
E0313-help = keep one of: event, stage, attribute, date, inactive, schedule, manual
E0314 = a message to a customer needs consent, and the file does not say which
E0314-title = A message without consent
E0314-none = a message to a customer stands in a workflow with `consent: none`
E0314-workflow = this workflow
E0314-help = write `consent: marketing` (only to those who agreed), `consent: transactional` (service notices), or `topic:` at the step
E0315 = the shares sum to { $sum }, and not to 100 %
E0315-title = Shares that are not 100 %
E0315-help = change the shares so that they sum to 100 %
E0316 = two ways are called `{ $name }`
E0316-title = Two ways with one name
E0316-first = the first one
E0317 = `{ $name }` is not among the events that are awaited
E0317-title = `then` for an event that is not awaited
E0317-awaited = these are awaited
E0318 = `{ $id }` cannot be an id
E0318-title = An id that cannot be one
E0318-help = use letters of any script, digits, `_`, `-` and `.`, at most 80 of them
E0319 = two steps have the id `{ $id }`
E0319-title = Two steps with one id
E0319-label = the second one
E0319-first = the first one
E0319-help = give one of them a name of its own: `id: …`
E0319-rename = change one of the two
E0321 = this timeline has no points
E0321-title = A timeline without points
E0321-most = a timeline has { $most } points at most
E0321-help = add `points:` with items such as `before: 30 days` and `steps:`
E0322 = `{ $name }` is not a date, it is of type { $type }
E0322-title = Not a date
E0322-value = a date is needed, and this is of type { $type }
E0322-help = name an attribute of type date, time or birthday
E0323 = steps that nobody can ever reach
E0323-title = Steps that can never be reached
E0323-label = nobody comes this far
E0323-end = everybody has left here
E0323-help = take these steps out, or let somebody go on above
E0324 = { $wanted } is needed here, and this is { $found }
E0324-title = A value of another type
E0324-tags = merge tags make text, and { $wanted } is needed here
E0324-help = compute it: a value that begins with `=` is an expression
E0325 = no step of this workflow is `{ $did }: { $what }`
E0325-title = A test expects what the workflow does not have
E0325-message = no message of this workflow has the id `{ $what }`
E0325-message-help = name a step by its `id`, or write `of: any`
E0325-help = a line names what a step of the workflow names; otherwise it would never match
E0328 = only the last case may do without `when`: those below are never asked
E0328-title = A case that hides those below
E0328-help = move it to the end, or give it a `when`
E0329 = `before` and `after` cannot stand together
E0329-title = `before` and `after` together
E0329-first = the other one
E0330 = `{ $name }` is kept by the engine and cannot be set
E0330-title = An attribute that is not set by hand
E0330-owner = `{ $name }` is changed by `assign` and `unassign`
E0330-stage = `{ $name }` is changed by `move_stage`
E0330-tags = `{ $name }` is changed by `tag` and `untag`
E0331 = this list is empty
E0331-title = An empty list
E0331-help = put at least one step into it, or take the key out
E0331-help-events = name at least one event
E0332 = this mail has no subject: its template `{ $path }` has none either
E0332-title = A mail without a subject
E0332-help = write `subject:` at the step, or in the template's head
E0333 = the trigger names no `{ $kind }`, so nobody can say which one
E0333-title = An entity that the trigger does not name
E0333-help = use a trigger on this entity, such as `stage: {"{"} of: … {"}"}`
E0334 = a tag's name has no merge tags in it
E0334-title = Merge tags in a tag's name
E0334-help = put what changes into an attribute with `set`
E0335 = consent is granted or withdrawn, one of the two
E0335-title = Granted or withdrawn
E0335-help = write `grant: TOPIC` or `withdraw: TOPIC`
E0336 = `at_least` ({ $least }) is longer than `at_most` ({ $most })
E0336-title = Bounds in the wrong order
E0337 = `{ $text }` is not a share
E0337-title = Not a percentage
E0337-help = write a percentage from 0 % to 100 %, such as `50%`, with four places at most
E0338 = `key` names one field
E0338-title = A key that is not a field
E0338-help = write it like `event.order_id`
E0339 = this goal does not say what reaches it
E0339-title = A goal that nothing reaches
E0339-exit = this line does not say when to leave
E0339-help = write `event:` or `when:`
E0340 = unknown lint `{ $name }`
E0340-title = A lint that does not exist
E0341 = the workflow starts by `{ $wanted }`, and not by `{ $name }`
E0341-title = An entry by another event
E0342 = a test has `customer` or `customers`, not both
E0342-title = `customer` and `customers` together
E0342-help = with several customers, put all of them under `customers:`
E0343 = `{ $text }` is not a time
E0343-title = A clock that cannot be read
E0343-help = write it like `2026-03-02 06:00 Asia/Shanghai`
E0344 = the workflow has no split `{ $name }`
E0344-title = A pick that does not exist
E0344-none = a score has nothing to pick
E0344-way = the split `{ $split }` has no way `{ $name }`
E0345 = this test has no customer `{ $name }`
E0345-title = A customer that the test does not have
E0346 = say when it happens: `at` or `after`
E0346-title = A fact without its time
E0346-history = say when it happened: `at` or `ago`
E0346-not-before = this lies after the test's clock
E0346-before = this lies before the test's clock
E0346-reaches = the last of these lies after the test's clock
E0346-two = a line has `at` or `after`, not both
E0346-help = `history` lies before the clock, `events` from the clock on
E0347 = say what happens: one of `event`, `set`, `stage`, `consent`, `start`
E0347-title = A fact that is none
E0347-help = such as `event: order.paid` with its fields beside it
E0390 = `{ $what }` is not built yet in this release
E0390-title = Not built yet
E0390-help = take it out for now: what is not built is never left out in silence
W0391 = `{ $what }` is read, but this release does not act upon it
W0391-title = Read, and not acted upon yet
E0601 = `{ $name }` cannot be a name
E0601-title = A name that conditions cannot say
E0601-taken = `{ $name }` has a meaning of its own and cannot name an entity
E0601-event = `{ $name }` cannot be the name of an event: write it like `order.paid`
E0601-help = use letters of any script, digits and `_`, and begin with a letter
E0602 = `{ $name }` is always there and of type { $type }
E0602-title = An attribute that is always there
E0602-help = keep that type, or give your attribute another name
E0603 = `{ $name }` has no type
E0603-title = An attribute without a type
E0603-help = write `type: text`, `one_of: […]` or `from: …`
E0604 = unknown type `{ $name }`
E0604-title = A type that does not exist
E0605 = `{ $name }` stands here twice
E0605-title = The same choice twice
E0606 = `{ $name }` is always there and need not be declared
E0606-title = An event that is always there
E0606-help = take it out, or give your event another name
E0607 = `{ $name }` is not among the stages
E0607-title = A stage that the entity does not have
E0608 = `{ $name }` is in this team already
E0608-title = A rep twice in a team
E0608-help = to give somebody more, raise the `weight`
E0609 = `owner` stands for the customer's rep and cannot name a sender
E0609-title = A sender called `owner`
E0609-help = give it another name
E0610 = `{ $text }` is not a colour
E0610-title = Not a colour
E0610-help = write it in quotes like "#5b4be0"
E0611 = `{ $text }` lies outside of the project
E0611-title = A folder outside of the project
E0612 = unknown kind of channel `{ $name }`
E0612-title = A kind of channel that does not exist
E0613 = `{ $key }` stands in the file; a secret is named, never written
E0613-title = A secret in a file
E0613-help = write `{ $key }: {"{"} secret: NAME {"}"}` and give NAME in the environment
E0614 = `{ $text }` is not a day of the calendar
E0614-title = A day of the calendar that cannot be read
E0614-help = write `2026-10-01`, or `2026-10-01..2026-10-07`
E0614-year = `{ $text }` is not a year
E0614-range = `{ $text }` does not fit the year { $year }, runs backwards, or is longer than a month
E0615 = `{ $text }` is not a range
E0615-title = A score's numbers that cannot be used
E0615-help = write the least and the most, such as `0-100`
E0615-half-life = a half-life of { $text } leaves nothing
E0615-at-most = `{ $text }` is no limit: write it like `3 per day`
E0615-bands = bands go from low to high, and { $text } is not above the one before
E0616 = the score has no band `{ $name }`
E0616-title = A band that the score does not have
E0617 = segments name each other in a circle: { $way }
E0617-title = Segments in a circle
E0617-help = let one of them do without the others
W0701 = this wait ({ $length }) is longer than the goal counts ({ $goal })
W0701-title = A wait longer than the goal counts
W0701-goal = so long the goal counts
W0701-help = what happens afterwards is no conversion any more: shorten the wait, or let the goal count longer

thing-attribute = an attribute
thing-behaviour = the behaviour of a score
thing-brand = the brand
thing-case = a case
thing-channel = a channel
thing-consent = a change of consent
thing-customer = the customer of a test
thing-entity = an entity
thing-entry = the entry of a test
thing-exit-rule = a rule for leaving
thing-expected = an expected line
thing-fact = a fact of a test
thing-rep = a rep of a test
thing-goal = a goal
thing-library = this file
thing-member = a member of a team
thing-model = the model
thing-on-error = `on_error`
thing-point = a point of a timeline
thing-policies = the policies
thing-reentry = `reentry`
thing-score-rule = a rule of a score
thing-secret = a secret
thing-segments = the segments
thing-sender = a sender
thing-stage = a change of stage
thing-step = this step
thing-team = a team
thing-test = a test
thing-topic = a topic
thing-trigger = a trigger
thing-trigger-attribute = an attribute trigger
thing-trigger-date = a date trigger
thing-trigger-inactive = an inactive trigger
thing-trigger-schedule = a schedule
thing-trigger-stage = a stage trigger
thing-way = a way of a split
thing-workflow = a workflow
thing-year = a year of the calendar

## drawing (dsl: drawing.rs)

draw-starts = starts
draw-audience = audience
draw-consent = consent
draw-reentry = again
draw-never = never
draw-after-exit = after the last walk is over
draw-once-every = once every { $length }
draw-holdout = left alone
draw-goal = goal
draw-leaves = leaves when
draw-quiet-hours = quiet hours
draw-within = { $what }, within { $length }
draw-where = { $what } where { $condition }
draw-settled = { $what }, settled for { $length }
draw-moves = { $what }: { $from } → { $to }
draw-any = any
draw-inactive = no { $events } for { $length }
draw-manual = by hand or API
draw-before = { $length } before { $what }
draw-after = { $length } after { $what }
draw-end = end
draw-goal-then = goal reached
draw-only-if = { $what }, only if { $condition }
draw-on-error = if it fails
draw-then = yes
draw-else = no
draw-otherwise = otherwise
draw-came = { $what } came
draw-timeout = none came in time
draw-each-pass = each pass
draw-email = email
draw-sms = sms
draw-message = message
draw-owner = owner
draw-notify = notify { $who }: { $text }
draw-set = set { $what }
draw-tag = tag { $what }
draw-untag = untag { $what }
draw-add-score = add { $points } to { $score }
draw-record = record { $what }
draw-grant = grant consent to { $topic }
draw-withdraw = withdraw consent to { $topic }
draw-suppress = suppress { $what }
draw-suppress-for = suppress { $what } for { $length }
draw-unsuppress = unsuppress { $what }
draw-move-stage = move { $what } to stage { $stage }
draw-assign = assign { $what } to { $team }
draw-unassign = unassign { $what }
draw-task = task for { $who }: { $title }
draw-task-due = task for { $who } in { $length }: { $title }
draw-task-by = task for { $who } by { $date }: { $title }
draw-wait = wait { $length }
draw-wait-between = wait { $formula }, from { $least } to { $most }
draw-wait-until = wait until { $windows }
draw-wait-for = wait for { $what }, { $length } at most
draw-wait-for-date = wait for { $what }
draw-wait-for-date-or-leave = wait for { $what }, leave if it is past
draw-timeline = timeline around { $date }
draw-if = if { $condition }
draw-choose = choose the first that holds
draw-split = split { $name }
draw-repeat = repeat { $times } times at most
draw-repeat-until = repeat { $times } times at most, until { $condition }
draw-exit = exit: { $reason }

## command line (cli)

cli-error = error: { $message }
cli-question = { $text }: { $question }
cli-more = and { $count } more
cli-no-folder = there is no folder `{ $path }`
cli-no-workflows = there is no folder `{ $path }` with workflows: make a project with `nurture init DIR`, or name one with `--project DIR`
cli-no-path = there is no `{ $path }`
cli-unreadable = `{ $path }` cannot be read: { $why }
cli-unwritable = `{ $path }` cannot be written: { $why }
cli-not-utf8 = `{ $path }` is not UTF-8 text
cli-not-a-time = `{ $text }` is not a day or an instant: write `2026-03-01` or `2026-03-01T09:00:00+08:00`
cli-not-a-range = `{ $text }` is not a stretch of time: write `2026-03-01..2026-04-01`
cli-range-empty = { $from } is not before { $to }
cli-interrupted = interrupted
cli-files-wrong = the project has errors: run `nurture check`
config-project = Project: { $path }
config-project-without = Project: { $path } (without nurture.toml)
config-from-default = default
config-syntax = { $place }: this cannot be read: { $why }
config-unknown = { $place }: there is no setting `{ $name }`
config-known = there are: { $known }
config-shape = { $place }: `{ $name }` takes { $takes }
config-value = { $place }: `{ $name }` cannot be `{ $value }`: it takes { $takes }
config-takes-text = a text in quotes
config-takes-list = a list of texts in quotes
config-takes-database = `sqlite://FILE` or `postgres://…`
config-takes-folder = the name of a folder
config-takes-zone = the name of a time zone, such as `Asia/Shanghai`
config-takes-language = `zh` or `en`
config-takes-publish = `new`, `all` or `never`
config-takes-listen = an address with a port, such as `127.0.0.1:8080`
config-takes-url = an address that begins with `https://` or `http://`
config-takes-delivery = `file`, `only` or `live`
config-takes-patterns = addresses or patterns such as `*@mycompany.cn`
config-takes-some-patterns = at least one pattern such as `*@mycompany.cn` while `delivery = "only"`
setting-database = where everything is kept: an address of SQLite or PostgreSQL; a SQLite file lies below the project
setting-workflows = the folder of workflows and templates, below the project
setting-zone = the project's time zone: for schedules, for days in reports, for customers without one
setting-language = zh or en: words of this program; in nurture.toml also the language of messages to customers without one
setting-publish = what `run` publishes by itself: new (files never published), all, never
setting-listen = where the console and the API listen: address and port
setting-public_url = the console's address in links; none: http:// and `listen`
setting-delivery = who gets messages: file (nobody, they go to the outbox folder), only (those in delivery_to), live (everybody)
setting-delivery_to = with delivery = "only": the addresses, * stands for anything; in the environment with commas
setting-outbox = the folder of caught messages, below the project
check-fine = { $files ->
    [one] 1 file checked, nothing wrong
   *[other] { $files } files checked, nothing wrong
}
check-found = { $errors ->
    [one] 1 error
   *[other] { $errors } errors
}, { $warnings ->
    [one] 1 warning
   *[other] { $warnings } warnings
}
check-mended = { $files ->
    [one] 1 file mended
   *[other] { $files } files mended
}
check-elsewhere = { $count ->
    [one] 1 more error in other files of the project
   *[other] { $count } more errors in other files of the project
}: run `nurture check` without a path
explain-unknown = there is no code `{ $code }`
graph-unknown = there is no workflow `{ $name }`
graph-none = `{ $path }` holds no workflow
test-none = No tests: write `tests:` into a workflow's file.
test-passed = { $count ->
    [one] 1 test passed
   *[other] all { $count } tests passed
}
test-failed = { $failed } of { $count ->
    [one] 1 test
   *[other] { $count } tests
} failed
test-trace = What happened:
test-line = { $at } { $sign } { $what }: { $why }
test-missing = expected, and did not come: { $expected }  ({ $place })
test-nearest = nearest: { $line }
test-differs = { $what } is { $is }, expected { $expected }
test-order = it came, but before what stands above it in `expect`
test-nothing-near = nothing like it came
test-never = must never come: { $unwanted }  ({ $place })
test-came = it came: { $line }
test-unexpected = not in `expect`, although that lists everything: { $line }
test-render = cannot be written: { $line }: { $error }
test-score = is { $is }, expected { $expected }  ({ $place })
init-full = `{ $path }` is not empty
init-made = A new project: { $path }
init-next = Next:
why-nothing = Nothing was ever decided about this customer.
why-nowhere = Now: in no workflow
why-now = Now: in `{ $workflow }` at `{ $step }`, goes on at once
why-now-until = Now: in `{ $workflow }` at `{ $step }`, until { $until }
why-outlook = As things stand now:
why-outlook-line = {"  "}`{ $workflow }`: { $because }
why-next = the next time it is asked is { $at }
people-nobody = Nobody is in it now.
people-paused = paused
people-until = until { $until }
people-at-once = goes on at once
sends-none = No message yet.
fate-queued = queued
fate-due = due
fate-claimed = under way
fate-accepted = accepted
fate-deferred = put off
fate-rejected = rejected
fate-unknown = unknown
fate-skipped = skipped
fate-cancelled = cancelled
preview-from = From: { $value }
preview-to = To: { $value }
preview-subject = Subject: { $value }
preview-preheader = Beside it: { $value }
publish-new = published for the first time
publish-changed = a new version is live
publish-same = unchanged
publish-enrolled = { $count ->
    [one] 1 person entered at once
   *[other] { $count } people entered at once
}
import-line = line { $line }
import-dry-run = Only tried: nothing was written.
import-rows = { $read ->
    [one] 1 row
   *[other] { $read } rows
}: { $new } new, { $changed } changed, { $same } the same, { $bad } bad
import-repeated = { $count ->
    [one] 1 row comes
   *[other] { $count } rows come
} again further down: the later one counts
import-created = { $count ->
    [one] 1 customer was
   *[other] { $count } customers were
} made for rows that name somebody unknown
import-duplicates = { $count ->
    [one] 1 address belongs
   *[other] { $count } addresses belong
} to two customers: look at them as possible duplicates
import-mailable = { $count } of them may be mailed: they have an address and consent, and are not suppressed.
run-did = { $enrolled } enrolled ({ $held_out } held out), { $sent ->
    [one] 1 message
   *[other] { $sent } messages
} sent, { $tasks ->
    [one] 1 task
   *[other] { $tasks } tasks
}, { $assignments ->
    [one] 1 lead
   *[other] { $assignments } leads
} given to reps
run-skipped = {"  "}{ $count } left out: { $reason }
run-next = The next thing is due at { $at }.
run-no-next = Nothing else is due.
demo-what = { $customers } sample customers with { $days } days of history; these workflows run: { $workflows }
demo-mails = Mails are caught, none leaves this machine: { $path }
demo-console = The console: { $url }
demo-try = Try in another terminal:
simulate-sentence = { $workflows }, from { $from } to { $to }: of { $customers } customers { $entered } would have entered, and { $messages ->
    [one] 1 message
   *[other] { $messages } messages
} would have gone out
simulate-held-out = ; { $count } held out to measure
simulate-goals = ; { $count ->
    [one] 1 goal
   *[other] { $count } goals
} reached
simulate-took = {" "}({ $took })
simulate-by-day = Messages
simulate-by-template = By template
simulate-refusals = What did not happen, and why
simulate-exits = Left
simulate-reps = Reps
simulate-samples = Some of the mails
simulate-rep = rep
simulate-assignments = leads
simulate-tasks = tasks
simulate-example = e.g. { $customer }: { $text }
simulate-assumption = Nobody reacts to a simulated message: it causes no opens, clicks or replies. Nothing was sent or written.
simulate-without-history = Read as they are today, because their past is not known: { $names }
weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun

cli-no-postgres = This release works on SQLite only; PostgreSQL comes in a later one. Set `database = "sqlite://nurture.db"`.
cli-no-customer = There is no customer `{ $customer }`: neither an id nor an e-mail address of one.
cli-no-workflow = There is no workflow `{ $workflow }`, neither published nor among the files.
cli-no-template = There is no template `{ $template }`.
cli-newer-database = A newer nurture has worked on this database: { $why }.
cli-database-held = Another nurture works on this database already: { $why }. End it first.
cli-database = The database says no: { $why }
cli-no-encoding = `{ $name }` is no encoding that nurture reads. Known: utf-8, gb18030.
run-published = published { $workflow }: it is live from now on
run-changed = { $workflow } has changed since its publish and stays on its published version: `nurture publish` makes it live
run-broken = { $path } has errors: what was published of it stays live; `nurture check` shows them
run-no-port = Nothing can be served at { $address }: { $why }
run-serves = health at { $url }/healthz; Ctrl-C ends
run-delivers-to-folder = nothing leaves this machine: messages go to { $path } (delivery = "file")
run-live = messages leave this machine; due in the next hour: { $count }
demo-stays = The week is over. Ctrl-C ends; the folder stays.

## conditions

type-text = a text
type-number = a number
type-yes-no = yes or no
type-date = a date
type-time = an instant
type-duration = a length of time
type-list = a list
type-birthday = a birthday
expected-value = a value: a name such as `customer.city`, a text in quotes, a number
expected-connection = `and`, `or`, a comparison, or the end
expected-list = a list in square brackets, such as `["a", "b"]`
expected-end-of-list = `,` or `]`
expected-end-of-call = `,` or `)`
expected-known = `known` or `unknown`
expected-and-of-between = the `and` of `between … and …`
expected-field = the name of a field behind the point
expected-entry = `entry`, as in `since entry`
expected-length = a length of time, such as `30 days`
E0204 = unknown attribute `{ $name }`
E0204-title = An attribute or field that does not exist
E0204-field = `{ $event }` has no field `{ $name }`
E0204-help-fields = its fields are: { $all }
E0205 = unknown name `{ $name }`
E0205-title = A name that begins with a word that means nothing
E0205-alone = `{ $name }` needs a field behind it, such as `customer.city`
E0205-help-text = attributes are written `customer.NAME`; if `{ $first }` is a text, put it in quotes
E0206 = unknown event `{ $name }`
E0206-title = An event that the model does not have
E0207 = unknown segment `{ $name }`
E0207-title = A segment that does not exist
E0208 = unknown score `{ $name }`
E0208-title = A score that does not exist
E0209 = unknown table `{ $name }`
E0209-title = A look-up table that does not exist
E0210 = unknown workflow `{ $name }`
E0210-title = A workflow that does not exist
E0211 = `{ $found }` is not one of the values it can have
E0211-title = A text that is not one of the values allowed
E0211-help = it can be: { $all }
E0212 = `{ $name }` cannot be used here
E0212-title = A name that does not exist at this place
E0212-help-customer = here only the customer, their entities, aggregates and segments can be asked: nothing has started a walk yet
E0212-help-from = an attribute with `from:` is kept over all events: inside it only the fields of that event can be asked
E0212-entity = `{ $name }`: which { $kind } is not clear here
E0212-entity-help = a customer may have several: ask `count({ $kind }, where { $name } …) >= 1`, or start the workflow by a { $kind }
E0213 = `{ $before }` is not a reference, so `{ $name }` leads nowhere
E0213-title = A point behind something that is not a reference
E0213-far = `{ $name }` goes over more than one reference
E0401 = `{ $found }` cannot stand here: expected { $expected }
E0401-title = A condition that cannot be read
E0401-end = the condition ends too early: expected { $expected }
E0401-sign = `{ $found }` means nothing in a condition
E0402 = this text is never closed: a quote is missing
E0402-title = A quote or bracket that is never closed
E0402-bracket = this bracket is never closed
E0403 = this condition is longer than { $most } bytes
E0403-title = A condition that is too long or too deep
E0403-deep = this condition is deeper than { $most } brackets
E0403-help = give parts of it a name as segments, and ask `in_segment(NAME)`
E0404 = `{ $found }` is written `{ $suggestion }` here
E0404-title = A word or sign of another language
E0405 = `{ $found }` is full-width: conditions understand only `{ $suggestion }`
E0405-title = A full-width sign in a condition
E0406 = a condition has no `{"{{"} {"}}"}` inside: the whole of it is an expression
E0406-title = Merge tags inside a condition
E0407 = `{ $words }` is a text: it needs quotes
E0407-title = A text without quotes
E0408 = `{ $found }` cannot be read: { $why }
E0408-title = A number or date that cannot be read
E0408-separator = `{ $found }`: numbers are written without separators
E0408-date = `{ $found }` is not a date: write `2026-03-02`, or an instant with its zone, `2026-03-02T09:00:00+08:00`
E0409 = `{ $found }` is not a length of time
E0409-title = A length of time without a unit, or with an unknown one
E0409-neither = `{ $found }` is neither a number nor a length of time
E0409-none = `{ $found }` of what? A unit is missing
E0409-help = units: minutes, hours, days, weeks, months, years, workdays; or 分钟, 小时, 天, 周, 个月, 年, 工作日
E0410 = two comparisons in a row cannot be read
E0410-title = Two comparisons in a row
E0410-help = write `a between 1 and 5`, or join two comparisons by `and`
E0411 = there is no condition here
E0411-title = An empty condition
E0411-list = this list is empty: nothing can be in it
E0411-shape = a condition is a text, or one of `all: […]` and `any: […]` with conditions in it
E0412 = `{ $left }` is { $left_type } and `{ $right }` is { $right_type }: they cannot be compared
E0412-title = Two values of different kinds compared
E0412-help-duration = longer ago than 30 days is `< now - 30 days`, within the last 30 days `>= now - 30 days`
E0413 = `{ $sign }` cannot compare { $type }: `{ $found }` has no order
E0413-title = A comparison that this kind of value does not have
E0413-help = texts are compared by `==`, `in`, `contains` and `starts_with`; a number must be declared as `number` in the model
E0413-help-yes-no = a yes/no value stands by itself: `customer.vip`, `not customer.vip`
E0413-help-list = ask a list with `has "x"` or `has any of ["x", "y"]`
E0413-help-birthday = ask `age(customer.birthday) >= 18`, or use a date trigger for the day itself
E0413-list = `{ $found }` is a list: it is not compared as a whole
E0413-has = `has` asks a list, and `{ $found }` is { $type }
E0413-help-has = ask a text with `contains`, `==` or `in`
E0413-contains = `contains` and `starts_with` ask a text, and `{ $found }` is { $type }
E0414 = `{ $sign }` does not go between { $left } and { $right }
E0414-title = Arithmetic that does not work
E0414-help-time = ask `days_since(a) > 30`, or compare `a < now - 30 days`
E0414-help-text = texts are put together in a text with merge tags: `"{"{{customer.name}}"}…"`
E0414-help-scale = numbers and lengths of time are multiplied or divided by a number that is written out
E0414-zero = nothing can be divided by 0
E0415 = unknown function `{ $name }`
E0415-title = A function that does not exist
E0415-help = there are: count, sum, min, max, first, last, gap, number_of, first_known, lookup, score, in_segment, enrolled_in, may, days_since, age
E0416 = `{ $name }` does not take this
E0416-title = A function that is used wrongly
E0416-help = write `{ $form }`
E0416-may = `may` asks about a channel: `email`, `sms` or `message`, not `{ $found }`
E0416-bare = `{ $name }` has no brackets
E0416-name = a name is needed here, not `{ $found }`
E0416-day = `{ $name }` takes a date or an instant, and `{ $found }` is { $type }
E0416-times = a gap needs at least two times: a whole number from 2
E0416-nested = `{ $name }` cannot stand inside `where`
E0416-work = a window takes minutes, hours, days, weeks, months or years
E0416-count = `count` counts events or entities, not a field: `{ $found }`
E0416-field = `{ $name }` needs a field: `{ $found }` alone has no value
E0416-sum = `{ $name }` adds numbers, and `{ $found }` is none
E0416-order = `{ $name }` needs numbers, dates or instants, and `{ $found }` is none of them
E0417 = `{ $found }` is { $type }, not a condition
E0417-title = A value where a condition is needed
E0417-help = compare it with something, or ask whether it `is known`
E0417-help-list = ask what is in it: `has "x"`
E0418 = an attribute with `from:` takes no window
E0418-title = A `from:` that cannot be kept
E0418-help = it is kept over all events; put the window into the condition that asks
E0418-aggregate = `from:` needs one aggregate over events, such as `sum(order.paid.amount)`
E0418-entities = `from:` is kept over events, not over entities
E0419 = `{ $found }` is { $type }, and { $wanted } is needed here
E0419-title = A value of another kind than is needed
W0420 = this also includes those whose `{ $name }` is unknown
W0420-title = A negation that includes the unknown
W0420-help = if they are not meant, add `{ $suggestion }`
