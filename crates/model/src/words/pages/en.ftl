# Pages that a customer opens from a mail. The voice is warm and plain; `$brand` is the name of the company.
page-choices-title = What you get from us
page-choices-lead = Tick what you would like to receive by e-mail. You can come back to this page at any time.
page-choices-about = You came here from a mail about “{ $topic }”.
page-topic-on = You get it now
page-topic-off = You do not get it
page-agree = Yes, { $brand } may write to me about “{ $topic }” by e-mail.
page-save = Save my choice
page-none-title = No more advertising
page-none-lead = We then send you nothing of the kind any more, on any channel. What belongs to an order or a contract still reaches you.
page-none = Unsubscribe from everything
page-measure = My opens and clicks may be counted, so that mails get better.
page-saved = Saved. This is how it is from now on.
page-left-all = Done. You will get no more advertising from us.
page-left = Done. You will get no more mails about “{ $topic }”.
page-nothing = At the moment you get no advertising from us.
page-no-topics = There is nothing to choose here at the moment.
page-confirm-title = One last step
page-confirm-lead = Please confirm that you would like mails about “{ $topic }” from { $brand }.
page-confirm-not-you = Was it not you? Then simply close this page: nothing will be sent.
page-confirm = Yes, subscribe me
page-confirmed-title = Thank you
page-confirmed = You are subscribed to “{ $topic }”. Every mail has a link with which you can stop it.
page-unknown-title = This link does not work
page-unknown = It may have been cut off on its way. Please open it once more from the mail, or simply answer that mail and tell us what you would like.
page-gone-title = This link leads nowhere any more
page-gone = The page that it led to is not there any more.
page-later-title = Not just now
page-later = Something went wrong on our side, and nothing was changed. Please try again in a few minutes.
page-nowhere-title = There is no page here
page-nowhere = The address may be misspelt. If you came by a link of ours, please tell us where it stood.
page-wait-title = One moment, please
page-wait = That was a little too often in a short time. Please wait { $seconds } seconds, then try again. What you had typed may have to be typed again.
page-refused-title = That did not work
page-refused = What was sent cannot be read here, and nothing was changed. Please go back, open the page anew, and try once more.
page-language = Language
page-closed-to-robots = Unsubscribed.
form-email = E-mail
form-phone = Phone
form-name = Name
form-company = Company
form-language = Language
form-country = Country
form-choose = Please choose
form-required = (required)
form-birthday-hint = For example 1990-03-12, or 03-12 without the year.
form-send = Send
form-trap = Leave this field empty
form-sent-title = Thank you
form-sent = We have got what you wrote.
form-sent-confirm = We have sent you a mail. Please open the link in it and confirm. If you are subscribed already, no mail comes.
form-amiss-title = Something is not right yet
form-amiss-missing = Please fill this in.
form-amiss-too-long = This is too long.
form-amiss-box = Please tick this box.
form-amiss-choice = Please choose one of these.
form-amiss-email = This does not look like a mail address, such as name@example.com.
form-amiss-phone = This does not look like a phone number.
form-amiss-number = Please write a number.
form-amiss-date = Please write a date, such as 2026-03-12.
form-amiss-other = This cannot be understood.
mail-opt-in =
    Please confirm: mails about “{ $topic }”
    Hello,
    { "" }
    somebody, probably you, asked for mails about “{ $topic }” from { $brand }. Please confirm it here:
    { "" }
    { $url }
    { "" }
    Was it not you? Then there is nothing to do: without your confirmation nothing will be sent.

# Pages of colleagues: they sign in, and see who they are.
sign-in-title = Sign in
sign-in-name = User name
sign-in-password = Password
sign-in-send = Sign in
sign-in-wrong = No user has this name with this password. Capital and small letters of a password differ.
sign-in-again = This page had been open for too long, or your browser keeps no cookies. Please try again.
sign-in-wait = Too many tries. Please wait { $seconds } seconds, then try again.
sign-in-help = You forgot it? Whoever runs this server can give you a new password.
sign-in-later = Too much is going on just now. Please try again in a few seconds.
account-title = You are signed in
account-user = User
account-role = Role
account-rep = Rep
account-sees = Sees
account-sees-own = the customers that you own
account-sees-team = the customers of your teams
account-sees-all = all customers
account-role-admin = Administrator
account-role-operator = Operator
account-role-marketer = Marketer
account-role-manager = Sales manager
account-role-rep = Sales rep
account-role-viewer = Viewer
account-leave = Sign out
account-password-title = Change your password
account-password-old = Present password
account-password-new = New password
account-password-hint = { $least } characters or more. A few words that only you put together are best.
account-password-save = Change it
account-password-saved = Your password is changed. Everywhere else you are signed out now.
account-password-wrong = Your present password is another.
account-password-length = A password has { $least } to { $most } characters.
