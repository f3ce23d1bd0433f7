//! The recipes of the binary; a test compares the list with the folder.

use super::Recipe;

/// A recipe with its files, by their paths below its folder.
macro_rules! recipe {
    ($name:literal, needs $needs:expr, [$($path:literal),+ $(,)?]) => {
        Recipe {
            name: $name,
            needs: $needs,
            files: &[$((
                $path,
                include_str!(concat!("../../../../workflows/recipes/", $name, "/", $path)),
            )),+],
        }
    };
}

/// All of them, in the order in which they are listed.
pub const ALL: &[Recipe] = &[
    recipe!(
        "cart",
        needs & [],
        [
            "abandoned_cart.yaml",
            "model.yaml",
            "policies.yaml",
            "templates/cart/coupon.en.txt.hbs",
            "templates/cart/coupon.zh-CN.txt.hbs",
            "templates/cart/first.en.md.hbs",
            "templates/cart/first.zh-CN.md.hbs",
            "templates/cart/second.en.md.hbs",
            "templates/cart/second.zh-CN.md.hbs",
            "topics.yaml",
        ]
    ),
    recipe!(
        "browse",
        needs & ["cart"],
        [
            "browse_abandonment.yaml",
            "model.yaml",
            "templates/browse/look.en.md.hbs",
            "templates/browse/look.zh-CN.md.hbs",
        ]
    ),
    recipe!(
        "welcome",
        needs & ["cart"],
        [
            "model.yaml",
            "templates/welcome/first.en.md.hbs",
            "templates/welcome/first.zh-CN.md.hbs",
            "templates/welcome/fourth.en.md.hbs",
            "templates/welcome/fourth.zh-CN.md.hbs",
            "templates/welcome/second.en.md.hbs",
            "templates/welcome/second.zh-CN.md.hbs",
            "templates/welcome/third.en.md.hbs",
            "templates/welcome/third.zh-CN.md.hbs",
            "welcome.yaml",
        ]
    ),
    recipe!(
        "double-opt-in",
        needs & [],
        [
            "double_opt_in.yaml",
            "model.yaml",
            "sign_up.yaml",
            "templates/double_opt_in/begin.en.md.hbs",
            "templates/double_opt_in/begin.zh-CN.md.hbs",
            "templates/double_opt_in/confirm.en.md.hbs",
            "templates/double_opt_in/confirm.zh-CN.md.hbs",
            "templates/double_opt_in/hello.en.md.hbs",
            "templates/double_opt_in/hello.zh-CN.md.hbs",
            "templates/double_opt_in/reminder.en.md.hbs",
            "templates/double_opt_in/reminder.zh-CN.md.hbs",
            "welcome_after_consent.yaml",
        ]
    ),
    recipe!(
        "signup-form",
        needs & [],
        [
            "forms.yaml",
            "model.yaml",
            "signup_unconfirmed.yaml",
            "signup_welcome.yaml",
            "templates/opt_in.en.md.hbs",
            "templates/opt_in.zh-CN.md.hbs",
            "templates/signup/welcome.en.md.hbs",
            "templates/signup/welcome.zh-CN.md.hbs",
        ]
    ),
    recipe!(
        "birthday",
        needs & [],
        [
            "birthday_coupon.yaml",
            "model.yaml",
            "templates/birthday_coupon/coupon.en.md.hbs",
            "templates/birthday_coupon/coupon.zh-CN.md.hbs",
            "templates/birthday_coupon/greeting.en.md.hbs",
            "templates/birthday_coupon/greeting.zh-CN.md.hbs",
            "templates/birthday_coupon/reminder.en.md.hbs",
            "templates/birthday_coupon/reminder.zh-CN.md.hbs",
            "templates/birthday_coupon/text.en.txt.hbs",
            "templates/birthday_coupon/text.zh-CN.txt.hbs",
        ]
    ),
    recipe!(
        "win-back",
        needs & [],
        [
            "model.yaml",
            "templates/winback/first.en.md.hbs",
            "templates/winback/first.zh-CN.md.hbs",
            "templates/winback/second.en.md.hbs",
            "templates/winback/second.zh-CN.md.hbs",
            "templates/winback/text.en.txt.hbs",
            "templates/winback/text.zh-CN.txt.hbs",
            "winback.yaml",
            "winback_tests.yaml",
        ]
    ),
    recipe!(
        "sunset",
        needs & [],
        [
            "model.yaml",
            "sunset.yaml",
            "sunset_tests.yaml",
            "templates/sunset/stay.en.md.hbs",
            "templates/sunset/stay.zh-CN.md.hbs",
        ]
    ),
    recipe!(
        "own-rhythm",
        needs & [],
        [
            "model.yaml",
            "own_rhythm.yaml",
            "own_rhythm_tests.yaml",
            "templates/rhythm/quiet.en.md.hbs",
            "templates/rhythm/quiet.zh-CN.md.hbs",
        ]
    ),
    recipe!(
        "price-drop",
        needs & [],
        [
            "back_in_stock.yaml",
            "model.yaml",
            "price_drop.yaml",
            "templates/watch/back_in_stock.en.md.hbs",
            "templates/watch/back_in_stock.zh-CN.md.hbs",
            "templates/watch/price_drop.en.md.hbs",
            "templates/watch/price_drop.zh-CN.md.hbs",
        ]
    ),
    recipe!(
        "festival",
        needs & [],
        [
            "mid_autumn.yaml",
            "model.yaml",
            "new_goods.yaml",
            "policies.yaml",
            "templates/festival/gift.en.md.hbs",
            "templates/festival/gift.zh-CN.md.hbs",
            "templates/festival/news.en.md.hbs",
            "templates/festival/news.zh-CN.md.hbs",
            "week_before.yaml",
        ]
    ),
    recipe!(
        "lead-nurture",
        needs & [],
        [
            "channels.yaml",
            "lead_nurture.yaml",
            "lead_score.yaml",
            "model.yaml",
            "teams.yaml",
            "templates/nurture/day_0.en.md.hbs",
            "templates/nurture/day_0.zh-CN.md.hbs",
            "templates/nurture/day_14.en.md.hbs",
            "templates/nurture/day_14.zh-CN.md.hbs",
            "templates/nurture/day_3.en.md.hbs",
            "templates/nurture/day_3.zh-CN.md.hbs",
            "templates/nurture/day_7.en.md.hbs",
            "templates/nurture/day_7.zh-CN.md.hbs",
        ]
    ),
    recipe!("public-pool", needs & [], ["model.yaml", "recycling.yaml", "teams.yaml",]),
    recipe!(
        "deal-stages",
        needs & [],
        [
            "deal_engaging.yaml",
            "deal_lost.yaml",
            "deal_nurture.yaml",
            "deal_won.yaml",
            "model.yaml",
            "teams.yaml",
            "templates/deal/intro.en.md.hbs",
            "templates/deal/intro.zh-CN.md.hbs",
            "templates/deal/letter.en.md.hbs",
            "templates/deal/letter.zh-CN.md.hbs",
            "templates/deal/welcome.en.md.hbs",
            "templates/deal/welcome.zh-CN.md.hbs",
            "the_deal.yaml",
        ]
    ),
    recipe!(
        "webinar",
        needs & [],
        [
            "model.yaml",
            "templates/webinar/confirmation.en.md.hbs",
            "templates/webinar/confirmation.zh-CN.md.hbs",
            "templates/webinar/day_before.en.md.hbs",
            "templates/webinar/day_before.zh-CN.md.hbs",
            "templates/webinar/hour_before.en.md.hbs",
            "templates/webinar/hour_before.zh-CN.md.hbs",
            "templates/webinar/recording.en.md.hbs",
            "templates/webinar/recording.zh-CN.md.hbs",
            "templates/webinar/recording_and_survey.en.md.hbs",
            "templates/webinar/recording_and_survey.zh-CN.md.hbs",
            "webinar.yaml",
        ]
    ),
    recipe!(
        "payment-failed",
        needs & [],
        [
            "channels.yaml",
            "model.yaml",
            "payment_failed.yaml",
            "teams.yaml",
            "templates/billing/downgraded.en.md.hbs",
            "templates/billing/downgraded.zh-CN.md.hbs",
            "templates/billing/notice.en.md.hbs",
            "templates/billing/notice.zh-CN.md.hbs",
            "two_invoices.yaml",
        ]
    ),
    recipe!(
        "satisfaction",
        needs & [],
        [
            "bad_mark.yaml",
            "marks.yaml",
            "model.yaml",
            "policies.yaml",
            "satisfaction.yaml",
            "teams.yaml",
            "templates/survey/mark.en.md.hbs",
            "templates/survey/mark.zh-CN.md.hbs",
            "templates/survey/text.en.txt.hbs",
            "templates/survey/text.zh-CN.txt.hbs",
            "topics.yaml",
        ]
    ),
    recipe!(
        "nps",
        needs & [],
        [
            "model.yaml",
            "nps_reply.yaml",
            "nps_survey.yaml",
            "teams.yaml",
            "templates/nps/reminder.en.md.hbs",
            "templates/nps/reminder.zh-CN.md.hbs",
            "templates/nps/review.en.md.hbs",
            "templates/nps/review.zh-CN.md.hbs",
            "templates/nps/survey.en.md.hbs",
            "templates/nps/survey.zh-CN.md.hbs",
        ]
    ),
];
