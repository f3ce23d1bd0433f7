# The words of nurture, in English. Every key stands in zh-CN.ftl too, with the same variables.

## diagnostics

level-error = error
level-warning = warning
level-help = help
did-you-mean = did you mean `{ $suggestion }`?
known-names = there are: { $known }
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
E0105-label-none = expected no spaces in front
E0105-help = lines of one level start at the same column; what belongs inside a line above stands two spaces deeper
E0105-inside = this line is deeper than the one above, which has its value already
E0105-help-inside = start both at the same column, or take away the value above
E0105-dash = this line stands at the column of other lines and is not of their kind
E0105-help-dash = either all lines of a level begin with `- ` (a list) or all are `key: value`
E0105-help-keyless = write the key in a line above, such as `then:`
E0105-keyless = a list begins here, and no key stands above it
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
E0110-label-backtick = a backtick means something else in YAML
E0110-backtick = a text that starts with a backtick needs quotes
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
E0301-help-else-if = put the second question into `else:` as a step of its own, or use `choose`
E0301-help-file = a file declares one kind of thing: put `{ $key }:` into a file of its own
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
E0303-help-role = say who says yes, such as `approval: manager`; take the line out if nobody has to
E0303-wait-for = `wait_for` names events and nothing else
E0303-help-wait-for = write `wait_for: { $event }`, and in line with it `within: 5 days` and, if needed, `then:` with the steps
E0303-repeat = `repeat` has its steps right below it
E0303-help-repeat = write `repeat:`, below it the steps as a list, and in line with it `times: { $times }`
E0304 = nothing stands behind `{ $key }`
E0304-title = Nothing behind a key
E0304-item = nothing stands here
E0304-help = write the value, or take the line away
E0305 = `{ $word }` is not one of the words for `{ $key }`
E0305-title = A word that is not one of those allowed
E0305-help-reentry = one of: never (just once), after_exit (again after leaving) or `{"{"} once_every: 180 days {"}"}`
E0305-help-repeat = one of: once, yearly, monthly, or a length such as `every 30 days`
E0305-help-on-error = one of: skip (go on below), exit (leave), or `{"{"} go_on_with: [steps] {"}"}`
E0305-help-since = one of: step (from here), entry (since entering), or a length such as `3 days`
E0305-help = one of: { $known }
E0306 = `{ $number }` does not fit `{ $key }`
E0306-alone = `{ $number }` does not fit here
E0306-title = A number out of range
E0306-help = a whole number from { $least } to { $most }
shape-nothing = nothing
shape-text = a text
shape-number = a number
shape-bool = `true` or `false`
shape-list = a list
shape-map = a map of `key: value`
shape-role = the name of a role
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
value-no-date = `{ $text }` is not a date
value-no-such-day = `{ $text }` does not exist: that month has { $days } days
value-not-a-time = `{ $text }` is not a time, such as `2026-03-02 09:00`
value-no-time = `{ $text }` is not a time
value-not-an-email = this is not an e-mail address
value-not-a-phone = this is not a phone number
value-blank-id = the id is blank
value-wrong-kind =
    { $found ->
        [null] nothing
        [yes_no] yes or no
        [number] a number
        [text] a text
        [list] a list
        [object] a map of fields
       *[other] { $found }
    } stands where { $wanted ->
        [text] a text
        [number] a number
        [yes_no] yes or no
        [date] a date
        [time] an instant
        [duration] a length of time
        [list] a list
        [email] an e-mail address
        [phone] a phone number
        [money] an amount of money
        [birthday] a birthday
        [one_of] one of a few words
       *[other] { $wanted }
    } belongs
birthday-not-a-birthday = `{ $text }` is not a birthday, such as `1990-03-12`, `03-12` or `lunar 08-15`
birthday-no-such-day = the calendar has no day `{ $text }`
length-empty = a length of time is missing, such as `3 days`
length-no-unit = `{ $number }` of what? A unit is missing
length-unknown-unit = `{ $unit }` is not a unit of time
length-not-a-length = `{ $text }` is not a length of time
length-not-whole = `{ $text }` is not whole: only hours, minutes and seconds may have a fraction
length-half-month = `{ $text }`: months differ, and half of one is no length of its own
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
E0501-quotes = `{ $found }`: a tag understands only plain quotes, `"` or `'`
E0501-unclosed = this tag is never closed
E0501-unclosed-help = end it with `{"}}"}` before the next tag begins
E0501-quote = a quote in this tag is never closed
E0501-quote-help = close it before `{"}}"}`; quotes are plain ones, `"` or `'`
E0501-open = `{"{{"}#{ $name }{"}}"}` is never closed
E0501-not-open = nothing is open here that `{"{{"}/{ $name }{"}}"}` could close
E0501-other = `{"{{"}/{ $name }{"}}"}` stands where `{"{{"}/{ $opened }{"}}"}` belongs
E0501-opened = opened here
E0501-single = `{ $found }` is sent as it stands: merge tags stand in two braces
E0501-wide = `{ $found }`: merge tags stand in two plain braces
E0502 = there is no `{ $name }`
E0502-title = A merge tag names what does not exist
E0502-help = known here: { $known }
E0502-inside = inside this block `{ $name }` means a part of what the block is about
E0502-inside-help = write `{ $rooted }`
E0502-far = `{ $name }` leads too far: nothing goes on behind `{ $before }`
E0502-help-far = end the name at `{ $before }`
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
E0511 = `{ $helper }` cannot use `{ $name }`, which is { $type }
E0511-title = A helper with the wrong values
E0511-help = `date` takes dates, times and birthdays; `money` and `plural` take numbers; `upper` and `first_name` take texts
E0511-count = `{ $helper }` has too many or too few values; it is written `{ $usage }`
E0511-hash = `{ $helper }` takes no values with names
E0511-choice = `{ $text }` is not one of: { $choices }
E0511-with = `with` needs something that has parts, such as `customer.company`, and this is { $type }
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
E0513-items = `items` is there only in a message with `combine`, and `{ $name }` is used without it
E0513-items-help = write `combine: 1 hour` at the step, or take the tag out of the template
E0513-help = known here: { $known }
E0513-help-var = set it: `vars: {"{"} NAME: VALUE {"}"}` at the head of the workflow or at the message
E0513-help-input = declare under `inputs` what a call hands in
E0513-help-step = a task, a webhook and a call leave a result under their `id`
E0513-help-field = what started the walk has no fields; the customer's own are `{"{{"}customer.NAME{"}}"}`
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
W0527-help = give a fallback, such as `{"{{"}default { $name } "friend"{"}}"}`: without it nothing goes out where it is missing
W0528 = `{ $found }` is a merge tag of another tool: here it is sent as it stands
W0528-tool = `{ $found }` is a merge tag of { $tool }: here it is sent as it stands
W0528-title = A merge tag of another tool
W0528-help = here one writes `{"{{"}customer.name{"}}"}`, with a word for those without a name `{"{{"}default customer.name "friend"{"}}"}`
W0528-help-word = in place of `…` write a word for those of whom it is not known
W0528-help-unsubscribe = take it out: the link to unsubscribe is put below every mail; a page of its own writes `{"{{"}unsubscribe_url{"}}"}`
W0528-help-part = what only some get stands between `{"{{"}#if customer.name{"}}"}` and `{"{{"}/if{"}}"}`, with `{"{{"}else{"}}"}` for the others

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
did-forget = forget
did-unsuppress = unsuppress
did-record = event
did-assign = owner
did-unassign = no owner
did-task = task
did-lead = lead
did-wait = wait
did-wait_until = wait
did-wait_for_date = wait
did-wait_for = wait for
did-timeline = timeline
did-if = if
did-choose = choose
did-split = split
did-repeat = repeat
did-call = call
did-goal = goal
did-move = new version
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
trace-refused-claim = { $rep } may not take it
trace-refused-claim-per_day = { $rep } has taken as many today as the team allows
trace-refused-claim-full = { $rep } holds as many open leads as the team allows
trace-refused-claim-former_owner = { $rep } had it before, and must wait a while
trace-refused-claim-owned = it belongs to somebody
trace-refused-claim-own = it belongs to { $rep } already
trace-refused-claim-not_in_pool = it is not in the public pool
trace-refused-claim-not_a_member = { $rep } is not in the team of this lead
trace-refused-missed = the time for it had passed
trace-refused-missed-paused = the workflow was paused at that time
trace-refused-stopped = was let in no more: the release was stopped
trace-refused-stopped-values = was let in no more: { $values }
trace-skipped-only_if = the condition of this step does not hold
trace-skipped-only_if-values = the condition of this step does not hold: { $values }
trace-skipped-consent = there is no consent
trace-skipped-consent-topic = there is no consent to “{ $topic }”
trace-skipped-suppressed = this customer must not be written to any more
trace-skipped-no_address-email = no email address is known
trace-skipped-no_address-sms = no phone number is known
trace-skipped-no_address = no address is known
trace-skipped-duplicate = the same message went out before
trace-skipped-moved = done before, in the version they came from
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
trace-skipped-team_unknown = there is no such team
trace-skipped-refused = the rep has refused
trace-skipped-not_accepted = nobody accepted in time
trace-skipped-superseded = somebody else was chosen meanwhile
trace-skipped-not_allowed = the model does not allow this move
trace-skipped-not_allowed-from = the model does not allow the move from { $from } to { $what }
trace-skipped-same_stage = is in this stage already
trace-skipped-no_entity = there is none, or more than one
trace-skipped-no_customer = there is no other customer to record it for
trace-skipped-no_date = the date is unknown
trace-skipped-past = this point is past already
trace-skipped-past-point = { $point } is past already
trace-skipped-error = a value that it needs is unknown
trace-skipped-error-why = it could not be done: { $why }
trace-skipped-refused-webhook = it was refused with status { $status }
trace-skipped-failed = after { $tries } tries it still failed, with status { $status }
trace-skipped-no_answer = there was no answer
trace-skipped-frequency_cap = no place under the frequency cap ({ $cap })
trace-skipped-frequency_cap-until = the frequency cap ({ $cap }) has no place before { $until }, and that is too late for this message
trace-skipped-reserved = the last place under the frequency cap ({ $cap }) is kept for “{ $for }”
trace-skipped-spacing = too close to the last message of this workflow: the next may go at { $until }, and that is too late for this message
trace-skipped-hold_while = its workflow held its messages back for too long: { $values }
trace-skipped-sender_cap = the sender `{ $sender }` had sent its { $per_day } mails of the day, and the next day is too late for this message
trace-skipped-not_approved = nobody has approved this version in time; needed: { $role }
trace-skipped-no_input = the input `{ $input }` has no value for this customer
trace-skipped-not_published = the workflow to call is not published
trace-skipped-loop = calls within calls go too deep
trace-deferred-quiet_hours = quiet hours: it waits until { $until }
trace-deferred-window = outside the hours allowed: it waits until { $until }
trace-deferred-frequency_cap = frequency cap ({ $cap }): it waits for a place until { $until }
trace-deferred-reserved = the last place under the frequency cap ({ $cap }) is kept for “{ $for }”: it waits until { $until }
trace-deferred-spacing = too close to the last message of this workflow: it waits until { $until }
trace-deferred-hold_while = its workflow holds its messages back ({ $values }): until { $until } at the latest
trace-deferred-combine = it waits for others of the same template until { $until }
trace-deferred-sender_cap = the sender `{ $sender }` has sent its { $per_day } mails of the day: it waits until { $until }
trace-deferred-not_approved = waits for { $role } to approve this version: until { $until } at the latest
trace-deferred-closed = nobody of the team is at work: it waits until { $until }
trace-deferred = it waits until { $until }
trace-waits-assign = { $rep } was asked to take it, until { $until } at the latest
trace-waits-wait = { $what }, until { $until }
trace-waits-winner = waits for the winner of the arms, until { $until } at the latest
trace-waits-wait_until = the hours allowed begin at { $until }
trace-waits-wait_for = until it comes, at the latest until { $until }
trace-waits-wait_for_date = until { $until }
trace-waits-wait_for_date-day = the date is { $date }: until { $until }
trace-waits-moved = the date moved to { $date }: until { $until }
trace-waits-timeline = until { $until }
trace-waits-timeline-point = next comes { $point }: until { $until }
trace-waits-webhook = until it answers
trace-waits-call = until it ends
trace-waits = until { $until }
trace-done-message = every check allowed it
trace-done-combined = it went together with that of `{ $with }`
trace-done-webhook = it was called
trace-done-webhook-status = it was done, with status { $status }
trace-done-notify = told the team
trace-done-notify-rep = told { $rep }
trace-done-notify-text = “{ $text }”
trace-done-notify-digest = { $rep } hears of it at { $until }, with the other words of the day: “{ $text }”
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
trace-done-forget = name, addresses and all personal data are gone
trace-done-unsuppress = messages are allowed again
trace-done-unsuppress-topic = messages of the topic `{ $topic }` are allowed again
trace-done-record = it was recorded
trace-done-record-values = it was recorded: { $values }
trace-done-record-of = it was recorded for customer { $of }
trace-done-assign = a rep was chosen
trace-done-assign-rep = now belongs to { $rep } ({ $rule })
trace-done-assign-passed = { $why }; passed over: { $passed }
trace-done-unassign = belongs to nobody now
trace-done-assign-accepted = { $rep } has accepted, and is the owner now
trace-done-assign-backup = nobody took it: { $rep } sees to it as the backup
trace-done-lead = the lead changed
trace-done-lead-begun = { $rep } is the owner now: the clock begins
trace-done-lead-accepted = { $rep } has accepted
trace-done-lead-refused = { $rep } has refused
trace-done-lead-silent = { $rep } did not answer in time
trace-done-lead-contacted = { $rep } has spoken with the customer: the clock stops
trace-done-lead-superseded = the offer to { $rep } is over: somebody else was chosen
trace-done-lead-postponed = stays with { $rep } until { $until }, for something is under way
trace-done-lead-pooled = nobody followed it up: it went from { $rep } into the public pool
trace-done-lead-claimed = { $rep } took it out of the public pool
lead-no-offer = no offer of { $customer } is open to { $rep }: there is nothing to answer
lead-nothing = nothing of { $customer } waits for { $rep }: nothing has changed
trace-done-notify-remind = { $rep } was reminded of the first contact
trace-done-notify-ladder_ended = nobody took it in time: { $rep } was told
trace-done-notify-backup = nobody took it: { $rep } was told as the backup
trace-done-notify-pool_soon = { $rep } was warned: it will go into the public pool
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
trace-done-move = a new version was published, and they go on here
trace-done-move-from = a new version was published: from { $from } they go on here
trace-done-move-until = { $said }, until { $until }
trace-done-if-then = yes
trace-done-if-then-values = yes: { $values }
trace-done-if-else = no
trace-done-if-else-values = no: { $values }
trace-done-choose = this case holds
trace-done-choose-values = this case holds: { $values }
trace-done-choose-otherwise = no other case holds
trace-done-choose-none = no case holds, so the walk goes on below
trace-done-split-winner = drawn: { $arm }, the winner
trace-done-split = drawn: { $arm }
trace-done-call = it ended: { $exit }
trace-done-call-on = it has begun, and this walk goes on
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
trace-exited-merged = another customer turned out to be the same person, who had entered earlier
trace-exited-moved = a new version was published, which leads from their step out
trace-exited-forgotten = the customer was forgotten
trace-exited-not_quiet = an event that was reported late shows: they were not quiet
trace-exited-past = the date is past
trace-exited-by_hand = somebody let them go, by hand
trace-exited-retired = the workflow was retired
trace-exited-caller = the workflow that called it has ended
trace-exited-error = something in nurture failed: please tell the operator
trace-exited-word = the workflow says “{ $reason }”
trace-refused = refused as `{ $reason }`
trace-skipped = left out as `{ $reason }`
passed-away = { $rep } is away
passed-full = { $rep } has as many as they may have
passed-closed = { $rep } is not at work at this hour
passed-per_day = { $rep } has had as many as a day may bring
passed-not_back = { $rep } had it before, and it does not go back so soon
passed-later_in_turn = { $rep } comes later in turn
passed-busier = { $rep } has more open
passed-not_the_owner = { $rep } is not the owner
passed-not_known = { $rep } did not have this customer or company
passed-other_territory = { $rep } sells elsewhere
passed-no_skill = { $rep } does not have the skill
passed-not_a_member = { $rep } is not in this team
notice-offered = Please take the lead { $customer } ({ $team }): accept or refuse.
notice-remind = { $customer } waits for your first contact.
notice-moved = { $customer } has gone to another colleague, with the open tasks.
notice-digest = { $count } words of the day
notice-ended = Nobody of { $team } took { $customer } in time. Last: { $rep }.
notice-backup = { $customer } is yours to see to: nobody of { $team } took it.
notice-pool-soon = { $customer } will go into the public pool, for nobody has followed it up.
task-by-hand = Write to { $customer } by { $channel }
notice-pooled = { $customer } went into the public pool.
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
unit-millisecond = { $count ->
    [one] 1 millisecond
   *[other] { $count } milliseconds
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
import-workbook-old = the file is a workbook of the old kind (xls), or has a password: save it as xlsx without one, or as CSV
import-workbook-broken = the file is no workbook that can be read: { $why }
import-workbook-heavy = the workbook is too large to be read ({ $part } holds more than fits into memory): save the sheet as “CSV UTF-8”
import-sheet-unknown = the workbook has no sheet `{ $sheet }`, only { $known }
import-columns-many = the file has more than { $most } columns
import-cell-too-long = the text is longer than { $most } KiB
import-preset-what = the preset `{ $preset }` knows nothing of { $what }
import-preset-column = this is no export of { $preset }: it has no column `{ $column }`
import-left-out = Columns for which the model has no attribute, left out: { $columns }
cli-no-preset = `{ $name }` is no preset. Known: { $known }.
import-digits-lost = a spreadsheet has shortened this number to `{ $text }`, and its last digits are lost: give the column the format “text” there and save it again
import-mended = `{ $text }` is read as `{ $value }`
import-mended-private = written in an unusual way, and read all the same
import-mended-nothing = `{ $text }` is read as nothing known
import-mended-mark = the apostrophe before it is left out
import-mended-unseen = signs that nobody sees are left out
import-mended-country = a Chinese number is read with its country, `+86`
import-mended-cells = { $count ->
    [one] 1 cell is
   *[other] { $count } cells are
} read in another way than written:
import-empty = the file is empty: its first line should name the columns
import-column-twice = two columns are called `{ $column }`
import-row-too-long = the row that begins near line { $line } does not end within 4 MiB: look for a quote (`"`) that is never closed
import-quote-never = a quote (`"`) opens in line { $from } and is never closed: lines { $from } to { $to } were read as one row and are left out. Close it at the end of its cell; a quote inside of a text is written twice (`""`)
import-quote-late = a quote (`"`) opens in line { $from } and is closed only in line { $to }, in the middle of a text: lines { $from } to { $to } were read as one row and are left out. Close it at the end of its cell; a quote inside of a text is written twice (`""`)
import-not-utf8 = these bytes are not UTF-8; if the file is GB18030 or GBK, say `--encoding gb18030`
import-not-encoded = these bytes are not { $encoding }
import-read-as = Read as { $encoding }, with `{ $sign }` between cells.
import-read-encoding = Read as { $encoding }.
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
import-remarks = Loaded, and worth a look:
import-field-undeclared = `{ $field }` of `{ $event }` is no field of the model and was kept as it is ({ $count ->
    [one] once
   *[other] { $count } times
}): declare it there, or leave it out with `--extra drop`
import-field-unsaid = `{ $event }` came without its field `{ $field }` ({ $count ->
    [one] once
   *[other] { $count } times
}): conditions take it as unknown
import-wanted-unsaid = new { $what } came without `{ $attribute }`, which the model requires ({ $count ->
    [one] once
   *[other] { $count } times
}): import it as well, or write `optional: true` or a `default` in the model
import-reference = `{ $attribute }` names `{ $id }`, and there is no { $kind } of that id ({ $count ->
    [one] once
   *[other] { $count } times
}, first in line { $line }): import it as well
import-reference-customer = `{ $attribute }` names `{ $id }`, and there is no customer of that id ({ $count ->
    [one] once
   *[other] { $count } times
}, first in line { $line }): import them as well
import-reference-rep = `{ $attribute }` names `{ $id }`, and there is no rep of that id ({ $count ->
    [one] once
   *[other] { $count } times
}, first in line { $line }): import them with `nurture import reps`
import-zone = `{ $zone }` is not a time zone, such as `Asia/Shanghai`
import-address-forgotten = this address belongs to someone who was forgotten: it is not taken in again under another id. Where they come back themselves, a step `unsuppress: all` lifts it
import-customer-forgotten = customer `{ $customer }` was forgotten: nothing of them is taken in again. Where they come back themselves, a step `unsuppress: all` lifts it
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
E0104-help-zero = write how long, such as `3 days`, or take the line out
E0104-help = write a number and a unit: `3 days`, `90 minutes`, `5 workdays`, `3 天`
E0125 = this value is not of its type
E0125-title = A value that is not of its type
E0125-help-number = write digits without quotes or a unit, such as `5` or `12.5`
E0125-help-yes-no = write `true` or `false`
E0125-help-email = write it like `anna@example.com`
E0125-help-phone = write it in digits, such as `13800000000` or `+49 30 1234567`
E0125-help-birthday = write it like `1990-03-12`, `03-12` or `lunar 08-15`
E0125-help-id = write the id of what is meant
E0125-unknown = `{ $text }` says that there is no value, and one is needed here
E0125-help-unknown = write the value, or take the key out; if the word itself is meant, put it in quotes
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
E0128-beside = `{ $key }` does not go with `{ $of }`
E0128-help = write `every: monday` with `at: 09:00`, `on: yearly 09-10`, or `cron: "0 9 * * MON"`
E0129 = unknown time zone `{ $name }`
E0129-title = A time zone that does not exist
E0129-help = name it by a continent and a city, such as `Asia/Shanghai` or `Europe/Berlin`
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
E0237-tags = a template is named word for word: which one it is cannot come from a merge tag
E0237-help-tags = write `choose` (by a condition) or `split` (by shares) with one message in each way
E0239 = unknown channel `{ $name }`
E0239-title = A channel that does not exist
E0240 = points need a score
E0240-title = Points for no score
E0240-none = the project has no score to add points to
E0240-which = there are several scores: write `to:` with one of { $known }
W0241 = `{ $name }` is neither a team nor a rep of one: it counts as a role
W0241-title = A colleague nobody knows
W0241-rep = `{ $name }` is a member of no team: unless they are imported as a rep, nobody hears of it
W0241-help-rep = make them a member of a team, such as one of the managers
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
E0308-test = two tests are called `{ $name }`
E0308-first = declared here first
E0308-first-test = the first one is here
E0308-help = give one of them another name, or take it out
E0309 = unknown verb `{ $name }`
E0309-title = An unknown verb
E0309-help = a step begins with what it does, such as `email`, `wait`, `if`, `assign`, `task` or `exit`
E0309-line = `{ $name }` is nothing that a line can expect
E0309-help-line = a line names a step or what becomes of the walk, such as `email`, `task`, `enroll`, `goal` or `exit`; beside it may stand: { $beside }
E0310 = this step does not say what it does
E0310-title = A step without a verb
E0310-bare = `{ $text }` is no step: a step is written `verb: what`
E0310-help-bare = for example `- email: TEMPLATE`, `- wait: 3 days` or `- exit: done`, with a space behind the colon
E0310-line = this line does not say what must happen
E0310-help = name a step's verb, such as `email: winback/offer`, or `exit: goal`
E0311 = one step has two verbs, `{ $first }` and `{ $second }`
E0311-title = Two verbs in one step
E0311-line = one line is about two things, `{ $first }` and `{ $second }`
E0311-first = the first one
E0311-help = make two steps of it: begin the second with `- `
E0311-dash = `{ $second }` begins a new step: `- ` is missing in front of it
E0312 = `wait_for` needs `within`: for how long at most
E0312-title = `wait_for` without `within`
E0312-help = add a line such as `within: 5 days`
E0313 = `{ $name }` is not a trigger
E0313-title = Not exactly one trigger
E0313-two = a workflow has one trigger, and this one has `{ $first }` and `{ $second }`
E0313-first = the first one
E0313-help = keep one of: event, stage, attribute, date, inactive, segment, score, schedule, called, manual
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
E0322 = `{ $name }` is not a date, it is { $type }
E0322-title = Not a date
E0322-value = a date is needed, and this is { $type }
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
E0325-reason = no decision has the reason `{ $what }`
E0325-reason-help = a reason is a code as the trace has it, or a word of your own that the workflow says; otherwise the line would never match
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
E0330-needed = every customer or entity has `{ $name }`: it cannot be cleared
E0330-help-needed = write a value, or declare it in the model with `optional: true`
E0331 = this list is empty
E0331-title = An empty list
E0331-help = put at least one step into it, or take the key out
E0331-help-events = name at least one event
E0331-help-choices = name at least one word, or write `type: text` if it may be any
E0331-help-stages = name at least one stage, or take `stages` out
E0331-help-members = name at least one rep, such as `members: [li.na]`
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
E0339-bare = a goal is more than `{ $text }`: say whether it is an event or a condition
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
E0344-holdout = the workflow holds nobody out
E0344-help-holdout = add a line such as `holdout: 10%` to the workflow, or take `holdout` out of `pick`
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
E0347 = say what happens: one of `event`, `set`, `stage`, `consent`, `start`, `claim`, `merge`, `pause`, `resume`
E0347-title = A fact that is none
E0347-help = such as `event: order.paid` with its fields beside it
E0348 = there is no workflow `{ $name }` to call
E0348-title = A call of a workflow that does not exist
E0349 = something else starts the workflow `{ $name }`: it cannot be called
E0349-title = A workflow that cannot be called
E0349-help = only workflows with `trigger: called` or `trigger: manual` can be called; put the steps you share into such a one
E0350 = the call of `{ $name }` leaves out: { $missing }
E0350-title = A call that leaves out an input
E0350-help = hand it in by `with:`; an input that may be missing says `optional: true` or `default:` in the workflow called
E0351 = the workflow `{ $workflow }` has no input `{ $name }`
E0351-own = this workflow has no input `{ $name }`
E0351-title = An input that does not exist
E0351-help = its inputs are: { $known }
E0351-none = it has no inputs; declare those it needs there by `inputs:`
E0352 = these workflows call one another in a circle: { $circle }
E0352-title = Workflows that call one another in a circle
E0352-help = take one of the calls out; to do something several times, use `repeat`
E0352-also = this calls on
E0353 = nobody calls this workflow: its inputs never have a value
E0353-title = Inputs from nowhere
E0353-help = write `trigger: called`, or take `inputs:` out; variables of the workflow itself stand in `vars:`
E0354 = `{ $name }` is no input of the type `team`
E0354-title = A team that is none
E0354-help = write the team's name, or declare `team: team` in `inputs:` and write `"{"{{"}inputs.team{"}}"}"` here
E0355 = this step cannot fail, so there is nothing to try again
E0355-title = Retries of a step that cannot fail
E0355-help = only messages and `webhook` take `retry`
E0356 = the channel `{ $name }` is no webhook
E0356-title = A channel that cannot be called
E0356-help = declare a channel with `kind: webhook` under `channels:`; messages go by `email`, `sms` or `message`
E0357 = `{ $text }` is no address
E0357-title = An address that is none
E0357-help = write `https://…`, or `{"{"} secret: NAME {"}"}`
E0358 = `{ $name }` cannot be the name of a header
E0358-title = A header's name that is none
E0358-help = letters, digits and `-` only
E0359 = a timeout lies between 1 and 60 seconds
E0359-title = A timeout out of range
E0359-help = such as `timeout: 10 seconds`
E0360 = `{ $text }` is not a number of sends
E0360-title = A number of sends that is none
E0360-help = write it like `1000 sends`, or a length of time like `4 hours`
E0361 = `{ $name }` is not a way of this split that is measured
E0361-title = An unknown way for a tie
E0362 = `{ $way }` takes a winner, and this split has none
E0362-title = A winner that cannot be found
E0362-at = `at` is the time of day at which a way takes the winner: it stands beside `takes: winner`
E0362-steps = `{ $way }` takes the winner's way, so it has no steps of its own
E0362-few = a winner needs at least two ways that are measured
E0363 = messages are combined within 24 hours at most
E0363-title = Too long a time for combining messages
E0363-help = write a length such as `1 hour`
E0364 = `of` names another customer, and this is { $found }
E0364-title = An event of somebody who is no customer
E0364-help = name an attribute of the type `customer`, or an expression that gives a customer's id
E0365 = a message costs nothing or more
E0365-title = A cost below nothing
E0365-help = write the cost of one message, such as `0.002`
E0366 = `goal` is the reason of those who reach the goal, and an exit counts no conversion
E0366-title = An exit that would look like the goal
E0366-help = say under `goal:` what reaches it, or give another reason, such as `exit: done`
E0362-help = add `winner:` beside `ways:`, such as { "`winner: { by: email.clicked, after: 4 hours, otherwise: a }`" }
E0362-few-help = ways with `takes: winner` are not measured; add another way
E0390 = `{ $what }` is not built yet in this release
E0390-title = Not built yet
E0390-help = take it out for now: what is not built is never left out in silence
E0601 = `{ $name }` cannot be a name
E0601-title = A name that conditions cannot say
E0601-taken = `{ $name }` has a meaning of its own and cannot name an entity
E0601-help-taken = call it otherwise, such as `{ $name }_data`
E0601-field = every event has `{ $name }` by itself
E0601-help-field = take it out, or give your field another name: `at` is the time, `customer` whose it is
E0601-topic = `{ $name }` has a meaning of its own in `consent:` and cannot name a topic
E0601-help-topic = call it otherwise, such as `service`
E0601-event = `{ $name }` cannot be the name of an event: write it like `order.paid`
E0601-help = use letters of any script, digits and `_`, and begin with a letter
E0602 = `{ $name }` is always there, and it is { $type }
E0602-title = An attribute that is always there
E0602-help = keep that type (`{ $word }`), or give your attribute another name
E0602-help-stage = name the stages with `stages: […]`, and take this line out
E0603 = `{ $name }` has no type
E0603-title = An attribute without a type
E0603-help = write `type: text`, `one_of: […]` or `from: …`
E0604 = unknown type `{ $name }`
E0604-title = A type that does not exist
E0604-one-of = the choices are listed, without `type`
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
E0613-name = `{ $name }` cannot be the name of a secret
E0613-help-name = use capital letters, digits and `_`, as in `SMTP_PASSWORD`: the environment has it by that name
E0614 = `{ $text }` is not a day of the calendar
E0614-title = A day of the calendar that cannot be read
E0614-help = write `2026-10-01`, or `2026-10-01..2026-10-07`
E0614-year = `{ $text }` is not a year
E0614-range = `{ $text }` does not fit the year { $year }, runs backwards, or is longer than a month
E0614-both = `{ $text }` is both off and a working day
E0614-off = off here
E0614-help-both = leave it in one of the two: `off` for a holiday, `work` for a weekend that is worked
E0615 = `{ $text }` is not a range
E0615-title = A score's numbers that cannot be used
E0615-help = write the least and the most, such as `0-100`
E0615-half-life = a half-life of { $text } leaves nothing
E0615-at-most = `{ $text }` is no limit: write it like `3 per day`
E0615-bands = bands go from low to high, and { $text } is not above the one before
E0615-cap = a cap of { $text } leaves nothing: write how many points at most, such as `30`
E0615-stay = { $text } is no margin: one falls out of a band so far below its edge
E0615-grades = `{ $name }` and `{ $other }` begin at the same points
E0616 = the score has no band `{ $name }`
E0616-title = A band that the score does not have
E0616-grade = the score has no grade `{ $name }`
E0617 = segments name each other in a circle: { $way }
E0617-title = Segments in a circle
E0617-help = let one of them do without the others
E0620 = `{ $text }` says not how many in which time
E0620-title = A rate of a cap that cannot be read
E0620-help = write a number, `per` and a time, such as `2 per week`, `1 per 60 days`, `1 per calendar_day`; `per day` means any 24 hours, `per calendar_day` the day on the customer's clock
E0621 = service notices are never capped
E0621-title = A cap on messages that are never capped
E0621-topic = `{ $name }` is a topic of service notices, and these are never capped
E0621-help = caps hold marketing messages only: leave `class` out, or name a topic of the class marketing
E0622 = with `over_cap: skip` nothing waits, so `for_at_most` says nothing
E0622-title = A cap that leaves out and says how long to wait
E0622-help = take `for_at_most` out, or write `over_cap: defer`
E0623 = `to` and `settles` do not go together
E0623-title = An event to everybody that is to settle
E0623-help = an event without a customer reaches everybody at once: take one of the two out
E0624 = portions come in plain time, and not all at once
E0624-title = A release in working time, or in no time
E0624-help = write minutes, hours or days, such as `every: 15 minutes`
E0630 = this trigger does not say whether one enters or leaves a segment
E0630-title = A segment trigger that does not say which way
E0630-two = one trigger watches one way: entering or leaving
E0630-first = the first stands here
E0630-help = write `segment: {"{"} enters: NAME {"}"}` or `segment: {"{"} leaves: NAME {"}"}`
E0650 = `{ $after }` comes no later than `{ $before }`, the rung before
E0650-title = Rungs out of order
E0650-help = write the rungs in the order of time, each later than the one before
E0651 = no member of a team has the skill `{ $name }`
E0651-title = A skill nobody has
E0652 = a warning `{ $warn }` before a pool that comes after `{ $after }` would come at once
E0652-title = A warning before the time begins
E0652-help = let `warn` be shorter than `after`
E0653 = nobody needs to accept here, so these steps never run: the step has no `accept_within`, and the team `{ $team }` neither
E0653-title = Steps on a refusal that cannot come
E0653-help = add `accept_within: 30 minutes` to the step
E0654 = `{ $name }` cannot stand in for itself
E0654-title = A substitute that is the same
E0654-help = name somebody else, or leave `backup` out
E0671 = `{ $name }` is no rep of any team
E0671-title = A lead or a substitute who does not exist
E0671-backup = `{ $name }` is neither a team nor a rep of one
E0671-many = `{ $name }` is a team or a role, not one rep
E0671-help = name one rep, who hears of it by themselves
E0670 = `{ $name }` is merged into themselves
E0670-title = A merge that joins nobody
E0670-history = customers become one from the clock on, not before it
E0670-help = such as `{"{"} customer: anna, merge: ben, after: 2 days {"}"}`: ben turns out to be anna, who stays; put it under `events`
E0631 = `customer.{ $name }` hangs on itself
E0631-title = An attribute whose cases lead back to itself
E0631-through = `customer.{ $name }` hangs on itself through { $through }
E0631-help = let its cases look at what is given, counted or ranked
E0632 = `{ $name }` gets its value in two ways
E0632-title = An attribute that gets its value in two ways
E0632-help = keep one of `from`, `cases` and `rank`
E0632-default = `{ $name }` is computed: its `default` is never used
E0632-help-default = take `default` out
E0632-help-cases = take `default` out, and end `cases` with one that has no `when`
E0633 = `{ $name }` belongs to an entity, and only attributes of the customer are computed
E0633-title = An attribute of an entity that would be computed
E0633-help = count where it is asked, such as `count(order, where order.stage == "open")`, or give the customer the attribute
E0634 = `{ $name }` holds one of a few texts, and `type: { $type }` says otherwise
E0634-title = A type beside the choices
E0634-help = keep `one_of` alone: its values are texts
E0635 = `{ $text }` is no picture that a mail can show
E0635-title = A detail of the brand or a sender that cannot be used
E0635-help = name a picture below `assets/`, such as `assets/logo.png`, or an address that begins with `https://`
E0635-country = `{ $text }` is not the code of a country
E0635-help-country = write two capital letters, such as `CN` or `DE`
E0635-footer = `{ $text }` would be sent as the footer, word for word
E0640 = the score `{ $name }` looks at itself
E0640-title = Scores in a circle
E0640-help = a rule of it asks for a score or a segment that asks for it again; let one of them do without
E0641 = `groups` has no `{ $name }`
E0641-title = A group of score rules
E0641-parts = the group `{ $name }` stands in `fit` and in `behaviour`
E0641-first = it stands here first; take two groups
E0642 = a score belongs to a customer, and not to `{ $kind }`
E0642-title = A score of something that is no customer
E0642-help = take `of` out; a fit rule can look at what belongs to the customer: `customer.company.employees >= 200`
E0643 = `range` and `cap` both say how high the score goes
E0643-title = A range and a cap
E0643-first = the range is here
E0643-help = keep one of them
E0644 = the score `{ $name }` has no bands
E0644-title = A score without bands or grades
E0644-grade = the score `{ $name }` has no grades
E0644-help = write `bands: {"{"} warm: 30, hot: 60 {"}"}` or `grades: {"{"} A: 30, B: 15 {"}"}` in its file
E0645 = below { $rearm } it would be armed again, which is above { $level }
E0645-title = A level that re-arms too early
E0645-help = `rearm` lies at or below the level that fires: one has to fall before one can come up again
E0660 = `moved` leads to `{ $name }`, and this workflow has no such step
E0660-title = `moved` leads to a step that does not exist
E0661 = `{ $id }` is still a step of this workflow: who stands at it stays there
E0661-title = `moved` names a step that is still there
E0661-help = `moved` is for steps that this version no longer has; take the line out, or take the step out
E0662 = this split has no ways
E0662-title = A split without ways
E0662-help = give it two ways or more, whose shares make 100 %: `- {"{"} name: a, share: 50% {"}"}`
E0663 = this text is empty: whoever gets it learns nothing
E0663-title = A text without words
E0663-help = say in a few words what is to be done, or known
W0701 = this wait ({ $length }) is longer than the goal counts ({ $goal })
W0701-title = A wait longer than the goal counts
W0701-goal = so long the goal counts
W0701-help = what happens afterwards is no conversion any more: shorten the wait, or let the goal count longer
W0704 = who comes one by one is let in in the order of coming: `by` changes nothing here
W0704-title = A release by a rank that nobody can be asked for
W0704-help = take `by` out; it orders those whom a schedule or an event with `to` names together
W0705 = there is no cap, so there is no place to keep
W0705-title = A reserve without a cap
W0705-help = add `caps`, or take `reserve` out
W0707 = `{ $step }` finds no place under the cap of { $cap }: this workflow itself has used it up
W0707-title = More messages than a frequency cap lets through
W0707-before = takes a place
W0707-help = the message waits or is left out: give more time between them, send fewer, or let the cap allow more
W0708 = one customer can get `{ $step }` on the same day as `{ $before }`
W0708-title = Two mails on one day
W0708-again = one customer can get `{ $step }` twice on one day
W0708-before = the mail before
W0708-help = wait at least a day between two mails, or send one of them only to those who did not get the other
W0709 = `{ $event }` has no field `{ $field }`: it ends all walks of the customer, not one
W0709-title = An event that ends all walks of a customer
W0709-label = which one is meant?
W0709-help = declare `{ $field }` in the model's `{ $event }`, or compare with `when:`
W0710 = after a purchase this workflow goes on asking about the basket
W0710-title = A basket flow that goes on after the purchase
W0710-label = starts with a basket, and nothing looks at a purchase
W0710-help = leave when the customer buys: `goal: { "{" } event: { $event } { "}" }`
W0711 = this asks about `{ $step }` before the mail can have arrived
W0711-title = Asked before the mail can have arrived
W0711-mail = the mail
W0711-help = give people at least an hour, better a day
W0712 = this branch rests on opened mails alone
W0712-title = A branch on opens alone
W0712-help = many mail programs load no pictures, others load them by themselves: ask for `email.clicked` or `email.replied` as well
W0713 = `{ $step }` goes out after { $days } days at the earliest; the goal counts { $goal }
W0713-title = A message after the goal has stopped counting
W0713-help = what it brings is no conversion any more: shorten the waits, or let the goal count longer
W0714 = this can never be true
W0714-title = A condition that can never be true
W0714-audience = nobody can ever enter: this can never be true
W0714-segment = nobody can ever be in this segment: this can never be true
W0714-step = this step is never done: its condition can never be true
W0714-then = the steps below are never reached: this can never be true
W0714-help = `{ $one }` and `{ $other }` exclude each other: is `or` meant, or the other sign?
W0714-help-one = `{ $one }` cannot hold for anybody
W0715 = this case is never reached: whoever matches it has been taken above
W0715-title = A case that an earlier one always takes
W0715-above = takes them first
W0715-help = put the narrower case first
W0716 = `{ $day }` is over: nobody will enter any more
W0716-title = A schedule whose only day is over
W0716-help = name a day to come; what comes round each year is written `yearly 09-10` or `lunar 08-15`; a workflow that is done is ended by `nurture retire`

thing-attribute = an attribute
thing-bands = the bands of a score
thing-behaviour = the behaviour of a score
thing-brand = the brand
thing-cap = a frequency cap
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
thing-sla = the times in which a rep answers
thing-rung = a rung of `first_contact`
thing-pool = the public pool
thing-postpone = a postponement
thing-claim = the rules of claiming
thing-goal = a goal
thing-retry = retries
thing-reply = a reply of a test
thing-hold-while = `hold_while`
thing-input = input of a workflow
thing-library = this file
thing-member = a member of a team
thing-model = the model
thing-on-error = `on_error`
thing-point = a point of a timeline
thing-policies = the policies
thing-reentry = `reentry`
thing-release = a release
thing-reserve = a reserve
thing-trigger-score = a score trigger
thing-winner = `winner`
thing-on-band = what a band does
thing-score-rule = a rule of a score
thing-scenario = a scenario
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
thing-trigger-segment = a segment trigger
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
draw-hold-while = holds while
draw-spacing = spacing
draw-release = release
draw-portions = { $batch } every { $every }
draw-approval = approval
draw-to-all = { $what }, to all with { $condition }
draw-within = { $what }, within { $length }
draw-where = { $what } where { $condition }
draw-settled = { $what }, settled for { $length }
draw-moves = { $what }: { $from } → { $to }
draw-any = any
draw-segment-enters = enters the segment { $name }
draw-segment-leaves = leaves the segment { $name }
draw-reaches = { $score } reaches { $level }
draw-inactive = no { $events } for { $length }
draw-in-zone = { $what }, { $zone }
draw-customers-clock = { $what }, by each customer's own clock
draw-manual = by hand or API
draw-called = another workflow
draw-before = { $length } before { $what }
draw-after = { $length } after { $what }
spine-people = { $count ->
    [one] 1 person
   *[other] { $count } people
}
spine-left-out = { $count } left out
spine-left = { $count } left
spine-here = { $count } here
draw-once = once
draw-yearly = every year
draw-monthly = every month
draw-every = every { $length }
draw-lunar = by the lunar calendar
draw-at = { $what } at { $at }
draw-and = { $first }, { $rest }
draw-every-day = every day
draw-every-workday = every workday
draw-every-weekend = every weekend
draw-every-weekday = every { $days }
draw-workdays = workdays
draw-weekends = weekends
draw-days = { $first }–{ $last }
draw-monthly-on = every month on the { $day }.
draw-monthly-last = on the last day of every month
draw-yearly-on = every year on { $day }
draw-lunar-on = lunar { $day }
draw-lunar-leap-on = lunar { $day } of the leap month
draw-since-entry = { $what } (since it was entered)
draw-since = { $what } (looking back { $length })
draw-transactional = transactional
draw-none = none
draw-customer = customer
draw-all = all
draw-end = end
draw-goal-then = goal reached
draw-only-if = { $what }, only if { $condition }
draw-on-error = if it fails
draw-then = yes
draw-else = no
draw-otherwise = otherwise
draw-came = { $what } came
draw-timeout = none came in time
draw-refused = refused, or no answer
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
draw-forget = forget the customer
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
draw-call = call { $workflow } and wait for its end
draw-call-on = call { $workflow } and go on
draw-webhook = call { $channel } and wait for its answer

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
cli-range-long = from { $from } to { $to } is more than { $years } years, and so much is not gone through at once: look for a slip in the year, or take a shorter time
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
config-takes-lease = a length from `1 second` to `300 seconds`
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
setting-lease = how long a process's share of the work stays its own after its last sign of life: 1 to 300 seconds
lsp-fix = Put `{ $text }`
lsp-fix-all = Mend everything in this file that has one answer
schema-written = { $path } written: the editor completes and checks by it
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
test-not-run = Not tested: the errors above come first.
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
test-nearest = came nearest: { $line }
test-column-expected = expected
test-column-came = came
test-off = { $came }  ({ $off })
test-earlier = { $length } too early
test-later = { $length } too late
test-field-what = what
test-field-customer = customer
test-field-workflow = workflow
test-field-at = time
test-field-due = due
test-field-outcome = outcome
test-field-reason = reason
test-field-rep = rep
test-field-subject = subject
test-field-key = key
test-covered = the tests walk { $walked } of { $all } steps and branches ({ $percent } %); `nurture test --coverage` names the others
test-covered-all = the tests walk every step and branch ({ $all })
test-coverage-file = file
test-coverage-steps = steps
test-coverage-branches = branches
cli-nothing-named = There is no file and no workflow, scenario or score `{ $name }`.
test-no-such = No test is called `{ $name }`.
test-record-brackets = The test at { $place } stands in brackets on one line: write it as a list of lines first.
test-recorded = { $count ->
    [one] the `expect` of 1 test is written
   *[other] the `expect` of { $count } tests is written
}: look through it before you keep it
test-record-dry = { $count ->
    [one] the `expect` of 1 test would be written
   *[other] the `expect` of { $count } tests would be written
}
test-record-same = nothing changes: the expected lines are what happens
test-order = it came, but before what stands above it in `expect`
test-nothing-near = nothing like it came
test-nothing-began = nothing began in this test: does the trigger's `when` hold for what the test gives?
test-nothing-began-scenario = nothing began in this test: a scenario says what starts, such as `entry: {"{"} workflow: NAME {"}"}`
test-never = must never come: { $unwanted }  ({ $place })
test-came = it came: { $line }
test-unexpected = not in `expect`, although that lists everything: { $line }
test-render = cannot be written: { $line }: { $error }
test-score = is { $is }, expected { $expected }  ({ $place })
init-full = `{ $path }` is not empty
init-made = A new project: { $path }
init-next = Next:
init-guessed = Guessed from { $file } ({ $rows } rows, { $encoding }); look through it before the import:
init-guess-key = tells customers apart
init-model-head = What we know of a customer, guessed from { $file }. A name that is not here cannot be used in a workflow.
init-map-head = Which column of { $file } is which attribute of the model.
init-guess-consent = consent to marketing mails: make sure that they said so
init-guess-attribute = { $type }
init-guess-mended = { $type }; { $count } cells are written in another way and are read all the same
init-guess-odd = { $type }; { $count } cells do not fit and would be bad rows
init-guess-empty = nothing stands in it: left out
init-no-birthday = No column looks like a birthday, so there is no workflow yet: `nurture add` lists recipes.
init-no-key = no column of { $file } tells customers apart: one must have a value in every row, and each only once
why-nothing = Nothing was ever decided about this customer.
why-nowhere = Now: in no workflow
why-now = Now: in `{ $workflow }` at `{ $step }`, goes on at once
why-now-until = Now: in `{ $workflow }` at `{ $step }`, until { $until }
why-outlook = As things stand now:
why-outlook-line = {"  "}`{ $workflow }`: { $because }
why-next = the next time it is asked is { $at }
score-none = There is no score: write a file that begins with `scoring:`.
score-head = { $customer } has { $score } points on { $at }
score-band = , band { $band }
score-grade = , grade { $grade } by { $points } fit points
score-added = added by steps
score-events = { $count ->
    [1] 1 event
   *[other] { $count } events
  }
score-cap-rule = the cap of `{ $name }`
score-cap-group = the cap of the group { $name }
score-cap-behaviour = the cap of all behaviour
score-cap-range = the range of the score
score-cut = { $of } makes { $after } of { $before }
score-next = { $points } points are missing for { $band }
score-falls = if nothing happens, { $band } is lost on { $at }
cli-no-score = There is no score `{ $score }`.
cli-no-event = The model has no event `{ $event }`.
cli-not-a-length = `{ $text }` is no length of time. Write it like `30 days`.
backtest-no-event = Say what one hopes for, such as `--event order.paid`: no workflow has an event as its goal.
backtest-head = { $score }: did `{ $event }` come within { $within }? Scores as of { $days }
backtest-people = { $people } scores of customers, for { $came } of them it came
backtest-well = It tells them apart well: AUC { $auc } (0.5 is a coin, 1 is perfect)
backtest-fairly = It tells them apart fairly: AUC { $auc } (0.5 is a coin, 1 is perfect)
backtest-little = It tells them apart a little: AUC { $auc } (0.5 is a coin, 1 is perfect)
backtest-not = It does not tell them apart: AUC { $auc } (0.5 is a coin, 1 is perfect)
backtest-nothing = It came for all of them or for none: nothing can be told apart
backtest-bands = By band
backtest-tenths = By tenths, the highest scores first
backtest-all = customers
backtest-came = with it
backtest-share = share
backtest-lift = lift
backtest-below = below all bands
publish-moves = { $score }: the new rules change the scores; no workflow starts because of it
publish-moves-band = { $from } → { $to }: { $count }
publish-moves-none = nobody changes the band
publish-moves-below = below all bands
publish-moves-from = score from
publish-moves-before = before
publish-moves-after = after
report-entered = { $people } entered, { $held } of them held out to measure; { $reached } reached the goal ({ $rate })
report-nobody = Nobody has entered yet.
report-no-goal = The workflow has no goal, so nothing counts as a conversion.
report-refused = refused
report-exited = left
report-steps = people at each step
report-skipped = left out: { $reasons }
report-treated = treated
report-alone = held out
report-people = people
report-reached = reached
report-rate = rate
report-value = value
report-each = per head
report-lift = lift
report-by = split { $split }
report-arm-alone = held out (whole split)
report-range = { $rate } ({ $low }–{ $high })
report-points = { $difference } points ({ $low } … { $high }){ $sure ->
    [yes] , sure at 95 %
   *[no] , may be chance
}
report-method = Rates with Wilson's 95 % interval; lift in percentage points over those held out ({ $against }), with Newcombe's 95 % interval. Each person counts once, by the first entry.
report-method-alone = those of the same split where arms are compared
report-method-first = without a holdout: over the first arm of the file
recipe-cart = a basket left alone for an hour: two mails, then a coupon by text message; stops with the order
recipe-browse = the same product three times in a week: one mail by day, which yields to the basket
recipe-welcome = welcome: at once, then on day 2, 4 and 7 at ten, never at weekends, a day apart
recipe-double-opt-in = double opt-in: only the click is consent; without it personal data go after 72 hours
recipe-birthday = birthdays, solar and lunar: a coupon three days before, a greeting, a reminder
recipe-win-back = win-back: a tenth held out, two offers compared, a text message to the best
recipe-own-rhythm = quiet by their own rhythm: a task for the best customers, a mail to the others
recipe-price-drop = a watched product gets cheaper or is back: in portions, until sold out
recipe-festival = a present before Mid-Autumn, for which other messages make room
recipe-lead-nurture = white-paper leads: nurture, score, hand over, and a clock for the first contact
recipe-public-pool = leads that nobody follows up go to the public pool, after a warning
recipe-deal-stages = a deal moves, is won or lost: tasks, an introduction, silence reported
recipe-webinar = webinar: confirmation, two reminders, the recording, each in their own zone
recipe-payment-failed = a payment fails: notices on day 0, 3, 5 and 7, the downgrade on day 10
recipe-satisfaction = satisfaction two hours after a ticket closes; a bad mark reaches the manager
recipe-nps = NPS: 30 days after the first use, then every 90; reviews and cases
add-no-such = There is no recipe called “{ $name }”. There are: { $all }
add-taken = The name “{ $id }” is taken by { $path }; nothing was written. Rename the workflow in that file, then run nurture add { $name } again
add-list = Recipes:
add-how = Put one into the project with nurture add NAME: what the model lacks is added, what is there stays.
add-added = { $name } added: { $about }
add-there = { $name } is in the project already; nothing lacks.
add-filled = { $path } took up { $added }
add-kept = { $path } is there with other words and stays as it is
add-broken = { $path } has errors and stays as it is: run nurture check first
add-next = Read the files, then try:
add-wrong = With it these places need your hand:
people-nobody = Nobody is in it now.
people-paused = paused
people-until = until { $until }
people-at-once = goes on at once
sends-none = No message yet.
resolve-accept = { $count ->
    [one] 1 message counts as arrived
   *[other] { $count } messages count as arrived
}
resolve-again = { $count ->
    [one] 1 message goes again
   *[other] { $count } messages go again
}
resolve-dismiss = { $count ->
    [one] 1 message is left as it is
   *[other] { $count } messages are left as they are
}
resolve-none = Nothing was changed: no message with an unknown fate fits.
resolve-over = Their walk was ended meanwhile, so they do not go again and stay unknown: { $ids }
resolve-strangers = these are no messages with an unknown fate, nothing was changed: { $ids }
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
preview-preheader = Preheader: { $value }
preview-walk = Values of the walk: as in the test “{ $test }” of { $workflow }
publish-new = published for the first time
publish-changed = a new version is live
publish-same = unchanged
publish-refused = nothing was published
publish-misfits = `{ $attribute }` was { $from } and becomes { $to }: { $misfits } of { $stored } stored values do not read as one, such as { $examples }
publish-misfits-bare = `{ $attribute }` was { $from } and becomes { $to }: { $misfits } of { $stored } stored values do not read as one
publish-misfits-help = mend them by an import, give the new attribute another name, or forget them with `nurture publish --drop-misfits`
publish-stranded = version { $version } of `{ $workflow }` is still live, and could not be read any more:
publish-stranded-help = keep what it uses until nobody is in that version, or publish the workflow without it first
publish-moved = { $count ->
    [one] 1 person goes on in the new version
   *[other] { $count } people go on in the new version
}
publish-moved-out = { $count ->
    [one] 1 person leaves
   *[other] { $count } people leave
}
publish-stuck-gone = { $count ->
    [one] { $workflow }: 1 person stands at the step `{ $step }`, which the new version does not have
   *[other] { $workflow }: { $count } people stand at the step `{ $step }`, which the new version does not have
}
publish-stuck-inside = { $count ->
    [one] { $workflow }: 1 person stands at the step `{ $step }`, which now stands inside a point of a timeline, or below an event or the goal, that they have not come to
   *[other] { $workflow }: { $count } people stand at the step `{ $step }`, which now stands inside a point of a timeline, or below an event or the goal, that they have not come to
}
publish-stuck-help = Nobody was moved and nothing was published. Say where they go (`moved: {"{"} STEP: ANOTHER_STEP {"}"}`, or `exit`), or publish without --move: then they finish on their version.
merge-done = { $other } is part of { $keep } now: what is known of both is known of { $keep }
merge-done-ended = { $other } is part of { $keep } now: what is known of both is known of { $keep }; walks ended because an earlier one through the same workflow goes on: { $ended }
merge-same = `{ $other }` is { $keep } already
merge-on-its-way = a message to { $other } is being handed over at this moment: merge again in a minute
publish-copied = libraries and templates: { $count ->
    [one] 1 new text is live
   *[other] { $count } new texts are live
}
publish-nothing = There is no workflow, and no library has changed.
plan-new = is published for the first time
plan-changed = changes; people under way finish on their version
plan-same = unchanged
plan-under-way = { $count ->
    [one] 1 person is under way
   *[other] { $count } people are under way
}
plan-added = new
plan-removed = goes
plan-step-changed = changes
plan-moved = stands elsewhere
plan-on-it = { $count } on it
plan-wakes = { $count } wait longer than the new text says: moved to it, they would go on at once
plan-moves = { $count ->
    [one] with `publish --move` 1 person goes on in the new version
   *[other] with `publish --move` { $count } people go on in the new version
}
plan-moves-out = { $count ->
    [one] with `publish --move` 1 person leaves
   *[other] with `publish --move` { $count } people leave
}
plan-moves-to = { $from } → { $to }: { $count }
plan-stuck-gone = { $count ->
    [one] `publish --move` is refused: 1 person stands at { $step }, which is gone; say in `moved` where they go
   *[other] `publish --move` is refused: { $count } people stand at { $step }, which is gone; say in `moved` where they go
}
plan-stuck-inside = { $count ->
    [one] `publish --move` is refused: 1 person stands at { $step }, which now stands inside something that they have not come to
   *[other] `publish --move` is refused: { $count } people stand at { $step }, which now stands inside something that they have not come to
}
plan-audience = audience: { $count } of { $all } customers now
plan-launch = at launch: { $count } enter
plan-launch-held-out = , { $count } are held out
plan-launch-waiting = , { $count } stand in line
plan-launch-refused = , { $count } are refused ({ $reason })
plan-dates = next: { $days }
plan-libraries = libraries and templates, live for all: { $files }
plan-nothing = A publish would change nothing.
plan-tests = tests: { $count } pass
plan-tests-fail = tests: { $failed } of { $count } fail: `nurture test` shows them
publish-no-plan = { $path } is no plan: make one with `nurture plan --out FILE`
publish-drifted = Nothing is published: it is not as the plan says any more ({ $what }). Look again with `nurture plan`.
pause-done = { $workflow } is held: no step, no entry{ $count ->
    [0] {""}
    [one] ; 1 message waits here
   *[other] ; { $count } messages wait here
}. `nurture resume { $workflow }` lets it go on
pause-before = { $workflow } is held already
resume-done = { $workflow } goes on{ $count ->
    [0] {""}
    [one] ; 1 message is due again
   *[other] ; { $count } messages are due again
}
resume-before = { $workflow } is not held
retire-done = { $workflow } is retired: nobody enters it any more{ $count ->
    [0] {""}
    [one] ; 1 walk ended
   *[other] ; { $count } walks ended
}
retire-before = { $workflow } was retired before
exit-done = { $customer } has left { $workflow }
exit-not-in = { $customer } is not in { $workflow } now.
cli-not-published = No workflow `{ $workflow }` was ever published.
cli-is-retired = `{ $workflow }` is retired. To have it live again, name its file: `nurture publish FILE`.
approve-done = { $who } approved version { $version } of `{ $workflow }`: it may send
approve-before = version { $version } of `{ $workflow }` was approved before
simulate-unapproved = `{ $workflow }` has no approval yet ({ $role }): live it sends nothing before; here it is taken as approved
publish-enrolled = { $count ->
    [one] 1 person entered at once
   *[other] { $count } people entered at once
}
import-line = line { $line }
import-scans = looks through the rows: { $rows }, { $rate } a second
import-loads = loads: { $rows } rows, { $rate } a second
import-took = { $rows } rows in { $seconds } s: { $rate } a second
import-dry-run = Only tried: nothing was written.
import-rows = { $read ->
    [one] 1 row
   *[other] { $read } rows
}: { $new } new, { $changed } changed, { $same } the same, { $bad } bad
import-skipped = { $count ->
    [one] 1 row was
   *[other] { $count } rows were
} taken in by an earlier import of this file, and not looked at again
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
reason-only_if = the step's condition did not hold
reason-consent = no consent
reason-suppressed = must not be written to any more
reason-no_address = no address
reason-duplicate = went out before
reason-moved = done before, in the version they came from
reason-quiet_hours = quiet hours lasted too long
reason-window = the hours allowed came too late
reason-late = too late
reason-held_out = held out to measure
reason-owner_unknown = no owner
reason-owned = has an owner already
reason-nobody_available = nobody in the team could take it
reason-team_unknown = no such team
reason-refused = refused
reason-not_accepted = nobody accepted in time
reason-superseded = somebody else was chosen meanwhile
reason-not_allowed = the model does not allow this move
reason-same_stage = in this stage already
reason-no_entity = there was none, or more than one
reason-no_customer = no other customer to record it for
reason-no_date = the date is unknown
reason-past = the point was past already
reason-error = a value that it needs is unknown, or it could not be made
reason-failed = failed after all tries
reason-no_answer = no answer
reason-frequency_cap = no place under the frequency cap
reason-reserved = the last place was kept for what matters more
reason-spacing = too close to the message before
reason-hold_while = held back for too long
reason-sender_cap = the sender's mails of the day were used up
reason-not_approved = nobody approved the version in time
reason-no_input = an input had no value
reason-not_published = the workflow to call is not published
reason-loop = calls within calls went too deep
run-next = The next thing is due at { $at }.
run-no-next = Nothing else is due.
demo-what = { $customers } sample customers with { $days } days of history; these workflows run: { $workflows }
demo-mails = Mails are caught, none leaves this machine: { $path }
demo-console = The console: { $url }
demo-try = Try in another terminal:
page-lead = { $from } to { $to } · a trial run on the customers' history: nothing was sent
page-walk = Every step, and how many went there
page-funnel = { $workflow }: how far they came
page-customers = customers looked at
page-entered = entered
page-entries = times entered
page-held-out = of them held out to measure
page-messages = messages
page-goals = goal reached
page-inside = still inside at the end
page-asked = asked
page-people = Person by person
page-people-some = { $shown } of { $all } people: some for each reason, then the first. `--json` prints all.
page-search = name, id, template, reason …
page-more-lines = and { $count } more lines
page-written = written: { $path }
simulate-one-form = `--json` and `--html` are two forms of the same: choose one
simulate-sentence = { $workflows }, from { $from } to { $to }: of { $customers ->
    [one] 1 customer
   *[other] { $customers } customers
} { $entered } would have entered{ $times }, and { $messages ->
    [one] 1 message
   *[other] { $messages } messages
} would have gone out
simulate-entries = {" "}({ $count } entries in all)
simulate-from-file = `{ $workflow }` plays as its file says now, which differs from the published version: `nurture publish` makes it live
simulate-as-published = `{ $workflow }` plays as it is published: its file says something else now. To play the file: `--workflow { $workflow }`
simulate-no-file = `{ $workflow }` plays as it is published: there is no file of it any more
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
simulate-costs = Costs
simulate-cost = { $sender }: { $whole } ({ $count } × { $each })
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

tasks-none = No task is open.
tasks-no-task = There is no open task `{ $task }`.
tasks-no-outcome = `{ $outcome }` is no outcome of this task. It has: { $known }
reps-none = There are no reps.
reps-no-rep = There is no rep `{ $rep }`: import them first, with `nurture import reps`.
reps-open = { $count } open
reps-away = away
cli-no-customer = There is no customer `{ $customer }`: neither an id nor an e-mail address of one.
cli-no-workflow = There is no workflow `{ $workflow }`, neither published nor among the files.
cli-no-template = There is no template `{ $template }`.
cli-newer-database = A newer nurture has worked on this database: { $why }.
cli-database-held = Another nurture works on this database already: { $why }. End it first.
cli-database = The database says no: { $why }
cli-no-encoding = `{ $name }` is no encoding that nurture reads. Known: utf-8, gb18030, big5, utf-16, windows-1252.
run-published = published { $workflow }: it is live from now on
run-changed = { $workflow } has changed since its publish and stays on its published version: `nurture publish` makes it live
run-broken = { $path } has errors: what was published of it stays live; `nurture check` shows them
run-broken-out = { $path } has errors and stays out: nothing of it is live; `nurture check` shows them
run-no-port = Nothing can be served at { $address }: { $why }
run-serves = health at { $url }/healthz; Ctrl-C ends
run-delivers-to-folder = nothing leaves this machine: messages go to { $path } (delivery = "file")
run-live = messages leave this machine; due in the next hour: { $count }
demo-stays = The week is over. Ctrl-C ends; the folder stays.
bench-seeds = customers are stored
bench-plans = dates are planned
bench-runs = it is measured
bench-one-worker = SQLite has one worker: leave `--workers` out, or name a PostgreSQL with `--database`
bench-w1 = { $database }, { $stored } customers stored: { $done } entered, got their mail and were done in { $seconds } s: { $rate } a second, { $each } µs each
bench-w2 = { $database }, { $stored } customers stored: { $done } had their day and entered in { $seconds } s: { $rate } a second, { $each } µs each
bench-cost = { $cpu } ms of processor time each, { $peak } MiB of memory at most
bench-sound = messages sent { $sent }, mails that arrived { $sink }, different ones { $different }: none is missing, none came twice
bench-unsound = these numbers should all be { $expected }, and are not: messages sent { $sent }, mails that arrived { $sink }, different ones { $different }
bench-missing = { $expected } should have entered, and { $done } did
bench-spoilt = Other programs kept { $busy } of { $cores } processors busy meanwhile: the figure is too low.

## conditions

type-text = a text
type-number = a number
type-yes-no = yes or no
type-date = a date
type-time = an instant
type-duration = a length of time
type-list = a list
type-birthday = a birthday
type-email = an e-mail address
type-phone = a phone number
type-money = an amount of money
type-one-of = one of a few words
type-customer = a customer
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
E0204-help-customer = there are: { $all }; a new one is declared in the model (`model.yaml`), under `customer`
E0204-help-entity = there are: { $all }; a new one is declared in the model (`model.yaml`)
E0204-help-vars = there are: { $all }; a new one is set by `vars:` of the workflow or by `set:`
E0204-help-no-vars = no variable is set in this workflow: write `vars: {"{"} NAME: VALUE {"}"}` at its head
E0204-help-inputs = there are: { $all }; a new one is declared under `inputs`
E0204-help-no-inputs = this workflow is given nothing: what a call is to hand in is declared under `inputs`
E0204-help-steps = there are: { $all }; a task, a webhook and a call leave a result under their `id`
E0204-help-no-steps = no step leaves a result: a task, a webhook and a call do, under their `id`
E0204-help-result = there is: { $all }
E0205 = unknown name `{ $name }`
E0205-title = A name that begins with a word that means nothing
E0205-alone = `{ $name }` needs a field behind it, such as `{ $example }`
E0205-owner = `{ $name }` is a person: whether there is one is asked of the customer
E0205-help-text = attributes are written `customer.NAME`; if `{ $first }` is a text, put it in quotes
E0205-help-root = a name begins with `customer.`, `event.`, `entry.`, `owner.`, `vars.`, `inputs.`, `steps.` or an entity of the model
E0205-event = `{ $name }`: a customer may have many `{ $event }`, so it must be said which
E0205-help-event = `count({ $event })` is how often it happened, `last({ $event })` when it happened last
E0205-help-field = `sum({ $event }.{ $field })` adds them up, `last({ $event }.{ $field })` is the latest
E0205-help-last = `first(…)` is the first time, `last(…)` the latest
E0206 = unknown event `{ $name }`
E0206-title = An event that the model does not have
E0206-help = declare it with its fields in the model (`model.yaml`), under `events`
E0206-help-known = there are: { $known }; a new one is declared with its fields in the model (`model.yaml`), under `events`
E0207 = unknown segment `{ $name }`
E0207-title = A segment that does not exist
E0207-help-none = no segment is declared: write `segments: {"{"} NAME: CONDITION {"}"}` in a file of its own
E0208 = unknown score `{ $name }`
E0208-title = A score that does not exist
E0208-help-none = no score is declared: write one in a file that begins with `scoring: NAME`
E0209 = unknown table `{ $name }`
E0209-title = A look-up table that does not exist
E0209-help-none = no table is declared: write `tables: {"{"} NAME: {"{"} from: to {"}"} {"}"}` in a file of its own
E0210 = unknown workflow `{ $name }`
E0210-title = A workflow that does not exist
E0210-help-none = the project has no other workflow
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
E0213-help = ask it as it is; only what refers to a customer or an entity of the model has parts
E0214 = `steps.{ $id }` has nothing yet: this is asked before the step `{ $id }` has run
E0214-title = The result of a step that cannot have run
E0214-step = this is the step
E0214-help = ask it below the step
E0214-aside = `steps.{ $id }` never has anything here: the step `{ $id }` stands on another branch
E0214-help-aside = ask it below the step on the same branch, or behind the place where the branches meet again
E0214-entry = `steps.{ $id }` has nothing yet: this is asked before the first step
E0214-help-entry = ask it in `exit_when`, in the goal, or in a step below
E0401 = `{ $found }` cannot stand here: expected { $expected }
E0401-title = A condition that cannot be read
E0401-end = the condition ends too early: expected { $expected }
E0401-sign = `{ $found }` means nothing in a condition
E0401-operator = `{ $found }` is no comparison
E0401-joint = `and` or `or` is missing before `{ $found }`
E0401-help-end = finish it, or take out the word it ends with
E0401-help-sign = there are `==` `!=` `<` `<=` `>` `>=`, the words `and`, `or`, `not`, `in`, `has`, `contains`, and `+` `-` `*` `/`
E0401-help-operator = a text is asked with `==`, `in ["a", "b"]`, `contains "a"` or `starts_with "a"`; there are no patterns
E0402 = this text is never closed: a quote is missing
E0402-title = A quote or bracket that is never closed
E0402-bracket = this bracket is never closed
E0402-help = put a quote behind its last word, such as `"上海"`
E0402-help-bracket = put `)` behind what belongs inside, or take `(` out
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
E0408 = `{ $found }` cannot be read
E0408-title = A number or date that cannot be read
E0408-separator = `{ $found }`: numbers are written without separators
E0408-date = `{ $found }` is not a date: write `2026-03-02`, or an instant with its zone, `2026-03-02T09:00:00+08:00`
E0408-help = a number is written in digits, with a point and at most 6 places: `1500`, `0.25`
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
E0411-help = write one, such as `customer.tags has "vip"`
E0411-help-list = write what it may be: `in ["a", "b"]`
E0411-shape = a condition is a text, or one of `all: […]` and `any: […]` with conditions in it
E0412 = `{ $left }` is { $left_type } and `{ $right }` is { $right_type }: they cannot be compared
E0412-title = Two values of different kinds compared
E0412-help-duration = longer ago than 30 days is `< now - 30 days`, within the last 30 days `>= now - 30 days`
E0412-help = compare { $left_type } with { $left_type }, such as `{ $example }`
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
E0415-help = there are: { $known }
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
E0419-help = write { $wanted }, such as `{ $example }`, or a name that is one
E0420 = there is no workflow `{ $name }` here
E0420-title = A workflow that a test names does not exist
E0420-none = a scenario names the workflows that it tests
E0420-help = such as `workflows: [abandoned_cart, winback]`
E0421 = say which workflow this starts
E0421-title = An entry in a scenario that does not say of which workflow
E0421-help = add `workflow:` with one of: { $workflows }
W0422 = nothing is called `{ $found }` now
W0422-title = A name that nothing has any more
W0422-help = there are: { $all }; if it is one that was taken out, only what happened before can match
W0420 = this also includes those whose `{ $name }` is unknown
W0420-title = A negation that includes the unknown
W0420-help = if they are not meant, add `{ $suggestion }`
W0421 = no test comes to this step
W0421-title = A branch that no test walks
W0421-no-tests = this workflow has no tests
W0421-then = no test goes into `then` here
W0421-else = no test goes past `then` here, the other way of `if`
W0421-case = no test goes into case { $name } of this `choose`
W0421-otherwise = no test goes into the last way of this `choose`, the one without `when`
W0421-no-case = no test passes this `choose` without any case holding
W0421-way = no test goes the way `{ $name }` of this split (fix it with `pick`)
W0421-came = in no test does `{ $name }` come while this waits
W0421-timeout = in no test does this wait run out
W0421-point = no test reaches the point `{ $name }` of this timeline
W0421-taken = in every test `only_if` leaves this step out
W0421-left-out = in no test does `only_if` leave this step out
W0421-failed = in no test does this step fail, so that `on_error` is never walked
W0421-help = write a test that goes this way, or turn the lint off for this file: `lint: {"{"} W0421: why {"}"}`

## operations

config-takes-migrate = `start` or `explicit`
config-takes-count = a number of at least 1, such as "20000", or `off`
config-takes-keep = a length of at least 30 days, such as "400 days", or `forever`
setting-migrate = when the database is brought up to date: start (by whatever opens it first) or explicit (by `nurture migrate` alone)
setting-messages_per_hour = so many messages within an hour, and a workflow pauses itself; off: no limit
setting-errors_per_hour = so many customers with an error within an hour, and a workflow pauses itself; off: no limit
setting-keep_traces = how long the reasons of decisions are kept, such as "400 days"
setting-keep_walks = how long walks that have ended and messages that are settled are kept, such as "400 days"
setting-keep_events = how long events are kept that no workflow, score or attribute reads, such as "400 days"
migrate-done = The database is up to date: from migration { $from } to { $to }.
migrate-none = The database is up to date already: migration { $to }.
backup-done = { $path } holds everything as of { $at }: { $rows } rows, { $size } KiB. Its manifest lies beside it.
backup-sound = { $path } is sound: everything as of { $at }, { $rows } rows, { $size } KiB.
backup-unusable = The backup cannot be used: { $why }
backup-damaged = The backup is damaged: { $why }
backup-in-the-way = Nothing was done: { $why }
restore-done = The database is as it was at { $at }, and held: nothing goes out.{ $count ->
    [0] {""}
    [one] {" "}1 message may have left since; it is listed by `nurture sends --unknown`.
   *[other] {" "}{ $count } messages may have left since; they are listed by `nurture sends --unknown`.
}
restore-aside = The former database was set aside: { $path }
restore-next = Bring in what happened since (`nurture import`), then `nurture resume`: the time since is lived through without sending anything twice.
move-done = Everything is in { $to }, counted and summed on both sides. Write it into nurture.toml as `database`; this database sends nothing any more.
move-same = That is this database itself.
pause-all-done = Everything is held: nothing is decided and nothing leaves. `nurture resume` lets it go on.
pause-all-before = Everything is held already.
resume-all-done = Everything goes on.{ $count ->
    [0] {""}
    [one] {" "}1 message that may have left already is not sent again; it is listed by `nurture sends --unknown`.
   *[other] {" "}{ $count } messages that may have left already are not sent again; they are listed by `nurture sends --unknown`.
}
resume-all-before = The database is not held as a whole.
resume-moved = This database was moved to { $to }: work there. If that one is given up for good, `nurture resume --anyway`.
cli-moved = { $why }: set `database` to it. If that one is given up for good, `nurture resume --anyway`.
doctor-level-ok = ok
doctor-level-warning = look
doctor-level-wrong = WRONG
doctor-repaired = Repaired: { $walks } walks, { $sends } messages; { $customers } customers are tried again.
doctor-database = { $kind }, migration { $migration }, { $size } MiB
doctor-file-damaged = SQLite says of its file: { $why }. Restore a backup.
doctor-walks = each active walk is in exactly one state
doctor-walks-stateless = { $count } walks are in no state: `nurture doctor --repair`
doctor-walks-on-nobody = { $count } walks wait for a called workflow in which nobody walks: `nurture doctor --repair`
doctor-walks-no-version = { $count } walks are of a version that is not there: restore a backup, or let them go by `nurture exit`
doctor-walks-no-customer = { $count } walks are of customers who are not there
doctor-walks-nowhere = { $workflow }: { $count } walks stand on the step `{ $step }`, which their version does not have
doctor-walks-unreadable = these walks cannot be read: { $ids }
doctor-version-unreadable = somebody walks in a version that this program cannot read: { $version }. Publish again, or use the program that published it
doctor-sends = no message hangs between here and the relay
doctor-sends-unknown = the fate of { $count } messages is unknown: `nurture sends --unknown`
doctor-sends-stuck = { $count } messages are in the hands of a process that is gone: `nurture run` takes them back, or `nurture doctor --repair`
doctor-leases = every customer is in somebody's hands
doctor-leases-nobody = no process works on this database now
doctor-leases-unheld = { $unheld } parts of the customers are in nobody's hands; { $held } are. If it stays so for a minute, restart the workers
doctor-due = nothing is late
doctor-due-late = the oldest thing that is due waits for { $seconds } seconds: does `nurture run` work?
doctor-clock = this clock and the database's agree
doctor-clock-off = the database is { $ms } ms ahead of this clock: run a time service on both machines
doctor-zones = time zones of { $version }, bundled
doctor-disk = { $free } of { $whole } MiB are free
doctor-disk-low = only { $free } of { $whole } MiB are free: when the disk is full nothing goes out
doctor-commits-unsafe = the server runs with `{ $setting }`: a loss of power loses what was sent, and sends it twice
doctor-replication = a commit waits for a standby; { $count } follow
doctor-replication-none = no standby follows the server
doctor-replication-unseen = { $count } standbys follow; whether a commit waits for one, this account may not see (grant pg_monitor)
doctor-replication-asynchronous = { $count } standbys follow and no commit waits for them: after a failover messages go twice. Set synchronous_standby_names
doctor-replication-slots = { $count } replication slots keep the log for a standby that does not come: the disk will fill
doctor-held = everything is held since { $since }: `nurture resume` lets it go on
doctor-held-restored = a restored backup is held since { $since }: `nurture resume` lets it go on
doctor-held-moved = this database was moved to { $to }
doctor-aside = the turn of customer { $customer } fails (workflow { $workflow }); they are left alone until { $until }: { $why }. Mended, `nurture doctor --repair` tries again
doctor-paused = { $workflow } is held, by { $who }
doctor-delivery-file = nothing leaves this machine (delivery = "file")
doctor-delivery-only = messages leave to some addresses only (delivery = "only")
doctor-delivery-live = messages leave to everybody (delivery = "live")
run-held = The database is held: nothing is decided and nothing goes out. `nurture resume` lets it go on.

## the command line itself (cli: help.rs): each verb, option and value, as the source says them in English

help = Marketing automation as files
help-json = Print JSON for programs instead of text for people
help-lang = Language of words [default: NURTURE_LANG, then nurture.toml, then LANG]
help-project = The project's folder [default: the nearest one upwards with a nurture.toml, else this folder]
help-database = The database: sqlite://FILE or postgres://… [default: NURTURE_DATABASE_URL, then nurture.toml]
help-no-color = No colours (so does the variable NO_COLOR)
help-init = Make a new project: settings, a model, a birthday workflow with tests, sample customers
help-init-dir = The new folder; an empty one may be there already
help-init-from = A file of customers (CSV or xlsx): the model is guessed from it
help-add = Put a recipe into the project, with what its model lacks; without a name: list the recipes
help-add-name = Which recipe; without it they are listed
help-add-dry-run = Say what would be written, and write nothing
help-check = Find every mistake in the project's files, in one run
help-check-paths = Report only these files and folders, or workflows by name; the whole project is always read
help-check-format = How to print: for people, for programs, or as remarks on a pull request
help-check-format-human = With the lines of the file and carets below them
help-check-format-json = A JSON array
help-check-format-github = GitHub workflow commands
help-check-fix = Mend what has one answer: write the files, show the changed lines, then report what is left
help-test = Run the tests that stand in the workflow files
help-test-paths = Run only the tests of these files and folders, or of workflows, scenarios and scores by name
help-test-name = Run only the tests whose name has this in it
help-test-coverage = List what no test walks, by file and line
help-test-record = Write what happens into the `expect` of the tests that fail or have none, for you to look through
help-test-dry-run = With `--record`: show what would be written, and write nothing
help-test-format = How to print: for people, for programs, or as remarks on a pull request
help-test-format-human = With the lines of the file and carets below them
help-test-format-json = A JSON array
help-test-format-github = GitHub workflow commands
help-explain = Show the page of an error code
help-explain-code = The code, such as E0204, or its number
help-graph = Draw a workflow as a tree
help-graph-file = The workflow's file, or its id
help-graph-format = How to draw
help-graph-format-text = A tree of text
help-graph-format-svg = The tree as a picture
help-graph-format-mermaid = A flowchart in the words of Mermaid
help-import = Bring in customers, reps, events, consents, suppressions, or an entity of the model
help-import-kind = customers, reps, events, consents, suppressions, or an entity of the model (deal, contract …)
help-import-file = CSV, JSONL or xlsx
help-import-map = A file that says which column means what
help-import-dry-run = Read and judge every row, write nothing
help-import-start = Let facts older than 24 hours start workflows, too
help-import-create-customers = Make customers for events that name unknown ones
help-import-extra = What to do with columns that the model does not know [default: they are an error]
help-import-extra-keep = They are kept beside the attributes
help-import-extra-drop = They are left out
help-import-encoding = The file's encoding, such as gb18030 [default: what it looks like]
help-import-preset = The tool whose export the file is: mautic, hubspot, mailchimp, shopify
help-import-sheet = The sheet of a workbook [default: the first that has rows]
help-import-consent = Record consent to this topic for every row
help-import-basis = On what the consent rests: where and how it was given
help-import-at = When the consent was given
help-simulate = Try workflows on history or on the days to come; sends nothing, writes nothing
help-simulate-workflows = Only these workflows [default: all that are published, else all files]
help-simulate-from = From this day or instant on
help-simulate-to = Up to this day or instant, which is not included
help-simulate-sample = Only so many customers, always the same ones
help-simulate-html = Write a page to look at and to send around: the drawing with its people, days, reasons, persons
help-plan = Show what a publish would do: steps, who stands on them, who enters; writes nothing
help-plan-paths = Only these files and folders, or workflows by name [default: all]
help-plan-move-people = As `publish --move` would do it: exit 1 where there is no way for somebody to be taken along
help-plan-out = Write the plan into this file, for `nurture publish --plan FILE`
help-publish = Make files live: all of them, or the ones named
help-publish-paths = Only these files and folders, or workflows by name [default: all]
help-publish-drop-misfits = Where an attribute is of another type now: forget the stored values that do not fit it
help-publish-move-people = Take along who is under way in older versions: to the same step, or where `moved` leads
help-publish-plan = What this plan of `nurture plan --out` says, and nothing if files or counts have drifted since
help-approve = Say yes to a version that needs it before it sends
help-approve-workflow = The workflow's id
help-approve-version = Which version [default: the live one]
help-approve-by = Who says yes; it stands in the audit
help-pause = Hold a workflow: no step, no entry, and what is due of it stays here; with --all everything
help-pause-workflow = The workflow's id
help-pause-all = Hold everything: nothing is decided and nothing leaves
help-resume = Let a workflow that is held go on; without a name everything that is held as a whole
help-resume-workflow = The workflow's id; without one everything goes on that `pause --all` or a restore holds
help-resume-anyway = Let this database go on although it was moved away: the other one must not work any more
help-retire = End a workflow: nobody enters it any more
help-retire-workflow = The workflow's id
help-retire-exit = Everybody leaves at once, instead of finishing what they began
help-exit = Let a customer go from a workflow
help-exit-customer = The customer: the id of the import, nurture's own, or the e-mail address
help-exit-workflow = Out of this workflow
help-exit-reason = Why, in a word or a sentence: it stands in the trace
help-run = Serve and work until stopped, or until nothing is due
help-run-until-idle = End when nothing is due; the last line says what was done
help-run-clock = A virtual clock that jumps from one due instant to the next; messages go to the folder
help-run-roles = What of the work this process does; several processes need PostgreSQL [default: all of it]
help-run-roles-api = Serves HTTP
help-run-roles-worker = Decides about customers, and hands messages over
help-run-roles-scheduler = Fires schedules and ranks
help-why = Show every decision about one customer, with its reason
help-why-customer = The customer: the id of the import, nurture's own, or the e-mail address
help-why-workflow = Only this workflow
help-why-at = As it was at this day or instant
help-score = Show a customer's score line by line: rules, caps, band, and what comes next
help-score-customer = The customer: the id of the import, nurture's own, or the e-mail address
help-score-score = Only this score [default: all of them]
help-score-at = As it was at this day or instant [default: now]
help-backtest = See how well a score told buyers from others in the past
help-backtest-score = The score
help-backtest-event = What one hopes for: an event of the model [default: the goal of most workflows, else `order.paid`]
help-backtest-within = How soon after the instant it must come
help-backtest-at = Days or instants of the past at which scores are taken [default: the last twelve windows]
help-people = Show who is where in a workflow
help-people-workflow = The workflow's id
help-report = Show what a workflow brought: people by step, arms, conversions, and the lift with its interval
help-report-workflow = The workflow's id
help-report-from = Only those who entered from here on: a date or an instant
help-report-to = Only those who entered before this date or instant
help-preview = Show a message as one customer would get it
help-preview-template = The template's name, such as birthday/card
help-preview-customer = For whom: the id of the import, nurture's own, or the e-mail address
help-preview-html = Write the HTML into this file
help-demo = See it work: 2,000 sample customers, 90 days of history, mails caught in a folder
help-demo-until-idle = End when nothing is due; the last line says what was done
help-sends = Show the latest messages and what became of them
help-sends-customer = Only to this customer
help-sends-workflow = Only of this workflow
help-sends-unknown = Only those whose fate nobody knows: handed over, and never answered
help-sends-limit = So many, the latest first
help-sends-resolve = Say what became of messages whose fate nobody knows: by their ids, or all of a time
help-sends-resolve-said = What is said of them
help-sends-resolve-said-accept = It arrived: it counts as sent
help-sends-resolve-said-again = It did not: it goes again under its Message-ID, if the rules still allow it
help-sends-resolve-said-dismiss = Leave it: it is not sent again, and no longer listed
help-sends-resolve-ids = The ids that `nurture sends --unknown --json` shows
help-sends-resolve-from = All that became unknown from this time on
help-sends-resolve-to = All that became unknown before this time
help-sends-resolve-workflow = Only of this workflow
help-sends-resolve-by = Who says so; it stands in the audit and beside each message
help-tasks = Show the open tasks of colleagues, or finish one
help-tasks-rep = Only of this rep
help-tasks-done = Finish this task
help-tasks-outcome = What came of it, as the workflow names the outcomes
help-tasks-limit = So many, the most urgent first
help-lead = Answer for a rep: accept or refuse a lead, say that they spoke with the customer, claim from the pool
help-lead-verb = What the rep does
help-lead-verb-accept = They take it
help-lead-verb-refuse = They do not take it
help-lead-verb-contact = They have spoken with the customer
help-lead-verb-claim = They take it out of the public pool
help-lead-customer = The customer
help-lead-rep = Who
help-lead-of = Of an entity of the customer, such as `deal/d1`
help-merge = Make one of two customers who turn out to be one person
help-merge-keep = The customer who stays
help-merge-other = The one who becomes part of them; this id leads to KEEP from now on
help-merge-by = Who says so; it stands in the audit
help-merge-at = As of this day or instant, for a database that lives on a clock of its own [default: now]
help-reps = Show the reps and how much each has open; say who is away
help-reps-away = Say that this rep is away: nobody gives them anything
help-reps-back = Say that this rep is back
help-migrate = Bring the database up to date
help-doctor = Find what is wrong with the database and around it, and repair what can be repaired
help-doctor-repair = Put walks and messages that are in no state, or in nobody's hands, where they belong
help-doctor-deep = Read the whole file and every walk, too: minutes on a large database
help-backup = Write a backup while the work goes on, or verify one
help-backup-file = The new file; a manifest is written beside it
help-backup-verify = Read a backup and compare it with its manifest: bytes, pages, every table
help-backup-verify-file = The backup
help-restore = Put a backup in the place of the database; nothing goes out until `nurture resume`
help-restore-file = The backup
help-restore-replace = Set the database that is there aside (SQLite); it is renamed, not deleted
help-move = Move everything to another database, counted and summed on both sides
help-move-to = The new, empty database: postgres://USER@HOST/NAME or sqlite://FILE
help-schema = Write the JSON Schema of the project, by which editors complete and check
help-schema-out = The folder that nurture.schema.json is written into; `-` prints it
help-lsp = Serve an editor: mistakes as one types, completion, hover, definitions
help-lsp-stdio = Speak over standard input and output; the only way, for editors that insist on the flag
help-config = Show the settings and where each value came from
help-config-show = Show each setting, its value, where the value came from, and what it is
help-bench = Measure how fast it is on this machine: customers, a mail server and a database of its own
help-bench-workload = What is measured
help-bench-workload-w1 = Each customer enters, is asked a condition, gets a mail, waits, gets points, and is done
help-bench-workload-w2 = A daily date trigger over many customers, few of whom have their day
help-bench-workload-growth = W1 for a few customers among ever more who are only stored
help-bench-customers = Customers who do something [default: 20000 for w1, 1000000 for w2, 5000 for growth]
help-bench-stored = Customers stored in all, most of whom do nothing (w1; growth: the largest) [default: as many as do something; 1000000 for growth]
help-bench-workers = Workers that share the work, on PostgreSQL (w1)
help-completions = Print the completions of a shell
help-completions-shell = For which shell
help-man = Print the manual page, or write one page per verb into a folder
help-man-out = Write nurture.1 and a page for each verb into this folder

usage-after = Begin with:
    {"  "}nurture demo          see it work, with sample customers
    {"  "}nurture init shop     make a project of your own
usage-examples = Examples:
usage-verbs = Commands
usage-verb = COMMAND
usage-options = Options
usage-options-short = [OPTIONS]
usage-arguments = Arguments
usage-everywhere = Everywhere
usage-help = Print help (see a summary with '-h')
usage-version = Print version
usage-line = Usage:{" "}
usage-values = Possible values:
usage-values-short = [possible values:
usage-default = [default:
usage-no-verb = there is no command `{ $verb }`
usage-no-option = there is no option `{ $arg }`
usage-missing = missing: `{ $arg }`
usage-missing-verb = a command is missing
usage-conflict = `{ $arg }` cannot stand together with `{ $other }`
usage-no-value = `{ $arg }` needs a value
usage-bad-value = `{ $value }` is none that `{ $arg }` takes
usage-more = More by `--help`.
