# 客户从邮件里打开的页面。语气亲切、简短；`$brand` 是公司名称。
page-choices-title = 您想收到哪些邮件
page-choices-lead = 勾选您愿意通过邮件收到的内容，随时可以回来修改。
page-choices-about = 您是从一封关于“{ $topic }”的邮件来到这里的。
page-topic-on = 目前会收到
page-topic-off = 目前不会收到
page-agree = 我愿意收到{ $brand }关于“{ $topic }”的邮件。
page-save = 保存
page-none-title = 不再接收推广
page-none-lead = 退订后，我们不再通过任何渠道给您发推广内容。与订单、合同有关的通知仍会照常送达。
page-none = 全部退订
page-measure = 允许统计我的打开和点击，帮助改进邮件内容。
page-saved = 已保存，即刻生效。
page-left-all = 已全部退订，您不会再收到我们的推广邮件。
page-left = 已退订，您不会再收到关于“{ $topic }”的邮件。
page-nothing = 目前您不会收到我们的推广邮件。
page-no-topics = 目前没有可以选择的内容。
page-confirm-title = 还差一步
page-confirm-lead = 请确认您愿意收到{ $brand }关于“{ $topic }”的邮件。
page-confirm-not-you = 不是您本人操作？直接关闭本页即可，我们不会给您发邮件。
page-confirm = 确认订阅
page-confirmed-title = 订阅成功
page-confirmed = 您已订阅“{ $topic }”。每封邮件里都有退订链接，随时可以退订。
page-unknown-title = 链接无法打开
page-unknown = 链接可能不完整。请从邮件里重新打开一次，或者直接回复那封邮件，告诉我们您的想法。
page-gone-title = 链接已失效
page-gone = 它指向的页面已经不在了。
page-later-title = 请稍后再试
page-later = 我们这边出了点问题，您的设置没有改动。请过几分钟再试一次。
page-nowhere-title = 没有这个页面
page-nowhere = 地址可能输错了。如果您是点我们的链接来的，请告诉我们是在哪里看到的。
page-wait-title = 请稍等片刻
page-wait = 短时间内操作太频繁，请等待 { $seconds } 秒后再试。已填写的内容可能需要重新填写。
page-refused-title = 提交没有成功
page-refused = 提交的内容无法识别，没有任何改动。请返回并重新打开页面，再试一次。
page-language = 语言
page-closed-to-robots = 已退订。
form-email = 邮箱
form-phone = 手机号
form-name = 姓名
form-company = 公司
form-language = 语言
form-country = 国家或地区
form-choose = 请选择
form-required = （必填）
form-birthday-hint = 例如 1990-03-12；不想写年份就写 03-12。
form-send = 提交
form-trap = 此处请留空
form-sent-title = 谢谢
form-sent = 我们已经收到。
form-sent-confirm = 确认邮件已经发出，请打开邮件里的链接并点“确认订阅”。如果您之前已经订阅，就不会再收到这封邮件。
form-amiss-title = 还有几处需要修改
form-amiss-missing = 请填写这一项。
form-amiss-too-long = 内容太长了。
form-amiss-box = 请勾选这一项。
form-amiss-choice = 请从列表里选一项。
form-amiss-email = 请填写完整的邮箱，例如 name@example.com。
form-amiss-phone = 请填写正确的电话号码。
form-amiss-number = 请填写数字。
form-amiss-date = 请填写日期，例如 2026-03-12。
form-amiss-other = 这一项填写有误。
mail-opt-in =
    请确认订阅“{ $topic }”
    您好！
    { "" }
    有人（应该是您本人）用这个邮箱订阅了{ $brand }的“{ $topic }”。请点下面的链接确认：
    { "" }
    { $url }
    { "" }
    如果不是您本人操作，不用理会这封邮件。没有您的确认，我们不会给您发任何内容。

# 同事使用的页面：登录，以及登录后看到的内容。
sign-in-title = 登录
sign-in-name = 用户名
sign-in-password = 密码
sign-in-send = 登录
sign-in-wrong = 用户名或密码不正确。密码区分大小写。
sign-in-again = 页面打开太久，或者浏览器没有保存 Cookie，请再试一次。
sign-in-wait = 尝试次数太多，请等待 { $seconds } 秒后再试。
sign-in-help = 忘记密码了吗？请联系系统管理员重新设置。
sign-in-later = 系统正忙，请过几秒再试。
account-title = 您已登录
account-user = 用户
account-role = 角色
account-rep = 销售
account-sees = 可见范围
account-sees-own = 自己名下的客户
account-sees-team = 所带团队的客户
account-sees-all = 全部客户
account-role-admin = 管理员
account-role-operator = 运维
account-role-marketer = 市场
account-role-manager = 销售主管
account-role-rep = 销售
account-role-viewer = 只读
account-leave = 退出登录
account-password-title = 修改密码
account-password-old = 当前密码
account-password-new = 新密码
account-password-hint = 至少 { $least } 个字符。建议用几个只有您会放在一起的词。
account-password-save = 修改密码
account-password-saved = 密码已修改，其他设备上的登录已全部退出。
account-password-wrong = 当前密码不正确。
account-password-length = 密码长度应为 { $least } 到 { $most } 个字符。
