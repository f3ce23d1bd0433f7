# 顧客從郵件裡開啟的頁面。語氣親切、簡短；`$brand` 是公司名稱。
page-choices-title = 您想收到哪些郵件
page-choices-lead = 勾選您願意透過電子郵件收到的內容，隨時可以回來修改。
page-choices-about = 您是從一封關於「{ $topic }」的郵件來到這裡的。
page-topic-on = 目前會收到
page-topic-off = 目前不會收到
page-agree = 我願意收到{ $brand }關於「{ $topic }」的郵件。
page-save = 儲存
page-none-title = 不再接收行銷訊息
page-none-lead = 取消訂閱後，我們不會再透過任何管道傳送行銷內容給您。與訂單、合約有關的通知仍會照常寄送。
page-none = 全部取消訂閱
page-measure = 允許統計我的開信與點擊，協助改善郵件內容。
page-saved = 已儲存，立即生效。
page-left-all = 已全部取消訂閱，您不會再收到我們的行銷郵件。
page-left = 已取消訂閱，您不會再收到關於「{ $topic }」的郵件。
page-nothing = 目前您不會收到我們的行銷郵件。
page-no-topics = 目前沒有可以選擇的內容。
page-confirm-title = 還差一步
page-confirm-lead = 請確認您願意收到{ $brand }關於「{ $topic }」的郵件。
page-confirm-not-you = 不是您本人操作嗎？直接關閉本頁即可，我們不會寄信給您。
page-confirm = 確認訂閱
page-confirmed-title = 訂閱成功
page-confirmed = 您已訂閱「{ $topic }」。每封郵件裡都有取消訂閱的連結，隨時可以取消。
page-unknown-title = 連結無法開啟
page-unknown = 連結可能不完整。請從郵件裡重新開啟一次，或者直接回覆那封郵件，告訴我們您的想法。
page-gone-title = 連結已失效
page-gone = 它指向的頁面已經不在了。
page-later-title = 請稍後再試
page-later = 我們這邊出了點問題，您的設定沒有變動。請過幾分鐘再試一次。
page-nowhere-title = 沒有這個頁面
page-nowhere = 網址可能輸入錯誤。如果您是點我們的連結過來的，請告訴我們是在哪裡看到的。
page-wait-title = 請稍候片刻
page-wait = 短時間內操作太頻繁，請等待 { $seconds } 秒後再試。已填寫的內容可能需要重新填寫。
page-refused-title = 送出未成功
page-refused = 送出的內容無法辨識，沒有任何變動。請返回並重新開啟頁面，再試一次。
page-language = 語言
page-closed-to-robots = 已取消訂閱。
form-email = 電子郵件
form-phone = 手機號碼
form-name = 姓名
form-company = 公司
form-language = 語言
form-country = 國家或地區
form-choose = 請選擇
form-required = （必填）
form-birthday-hint = 例如 1990-03-12；不想寫年份就寫 03-12。
form-send = 送出
form-trap = 此處請留空
form-sent-title = 謝謝
form-sent = 我們已經收到。
form-sent-confirm = 確認信已經寄出，請開啟信中的連結並按下「確認訂閱」。如果您之前已經訂閱，就不會再收到這封信。
form-amiss-title = 還有幾處需要修改
form-amiss-missing = 請填寫這一項。
form-amiss-too-long = 內容太長了。
form-amiss-box = 請勾選這一項。
form-amiss-choice = 請從清單中選一項。
form-amiss-email = 請填寫完整的電子郵件地址，例如 name@example.com。
form-amiss-phone = 請填寫正確的電話號碼。
form-amiss-number = 請填寫數字。
form-amiss-date = 請填寫日期，例如 2026-03-12。
form-amiss-other = 這一項填寫有誤。
mail-opt-in =
    請確認訂閱「{ $topic }」
    您好！
    { "" }
    有人（應該是您本人）用這個信箱訂閱了{ $brand }的「{ $topic }」。請點下面的連結確認：
    { "" }
    { $url }
    { "" }
    如果不是您本人操作，請忽略這封郵件。沒有您的確認，我們不會寄任何內容給您。

# 同事使用的頁面：登入，以及登入後看到的內容。
sign-in-title = 登入
sign-in-name = 使用者名稱
sign-in-password = 密碼
sign-in-send = 登入
sign-in-wrong = 使用者名稱或密碼不正確。密碼會區分大小寫。
sign-in-again = 頁面開啟太久，或者瀏覽器沒有儲存 Cookie，請再試一次。
sign-in-wait = 嘗試次數太多，請等待 { $seconds } 秒後再試。
sign-in-help = 忘記密碼了嗎？請聯絡系統管理員重新設定。
sign-in-later = 系統忙碌中，請過幾秒再試。
account-title = 您已登入
account-user = 使用者
account-role = 角色
account-rep = 業務
account-sees = 可見範圍
account-sees-own = 自己名下的顧客
account-sees-team = 所帶團隊的顧客
account-sees-all = 全部顧客
account-role-admin = 管理員
account-role-operator = 維運
account-role-marketer = 行銷
account-role-manager = 業務主管
account-role-rep = 業務
account-role-viewer = 唯讀
account-leave = 登出
account-password-title = 變更密碼
account-password-old = 目前的密碼
account-password-new = 新密碼
account-password-hint = 至少 { $least } 個字元。建議用幾個只有您會放在一起的詞。
account-password-save = 變更密碼
account-password-saved = 密碼已變更，其他裝置上的登入已全部登出。
account-password-wrong = 目前的密碼不正確。
account-password-length = 密碼長度須為 { $least } 到 { $most } 個字元。
