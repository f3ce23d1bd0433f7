//! The recipes of the binary; a test compares the list with the folder.

use super::Recipe;

/// All of them, in the order in which they are listed.
pub const ALL: &[Recipe] = &[
    Recipe {
        name: "cart",
        needs: &[],
        files: &[
            ("abandoned_cart.yaml", include_str!("../../../../workflows/recipes/cart/abandoned_cart.yaml")),
            ("model.yaml", include_str!("../../../../workflows/recipes/cart/model.yaml")),
            ("policies.yaml", include_str!("../../../../workflows/recipes/cart/policies.yaml")),
            (
                "templates/cart/coupon.en.txt.hbs",
                include_str!("../../../../workflows/recipes/cart/templates/cart/coupon.en.txt.hbs"),
            ),
            (
                "templates/cart/coupon.zh-CN.txt.hbs",
                include_str!("../../../../workflows/recipes/cart/templates/cart/coupon.zh-CN.txt.hbs"),
            ),
            (
                "templates/cart/first.en.md.hbs",
                include_str!("../../../../workflows/recipes/cart/templates/cart/first.en.md.hbs"),
            ),
            (
                "templates/cart/first.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/cart/templates/cart/first.zh-CN.md.hbs"),
            ),
            (
                "templates/cart/second.en.md.hbs",
                include_str!("../../../../workflows/recipes/cart/templates/cart/second.en.md.hbs"),
            ),
            (
                "templates/cart/second.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/cart/templates/cart/second.zh-CN.md.hbs"),
            ),
            ("topics.yaml", include_str!("../../../../workflows/recipes/cart/topics.yaml")),
        ],
    },
    Recipe {
        name: "browse",
        needs: &["cart"],
        files: &[
            (
                "browse_abandonment.yaml",
                include_str!("../../../../workflows/recipes/browse/browse_abandonment.yaml"),
            ),
            ("model.yaml", include_str!("../../../../workflows/recipes/browse/model.yaml")),
            (
                "templates/browse/look.en.md.hbs",
                include_str!("../../../../workflows/recipes/browse/templates/browse/look.en.md.hbs"),
            ),
            (
                "templates/browse/look.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/browse/templates/browse/look.zh-CN.md.hbs"),
            ),
        ],
    },
    Recipe {
        name: "welcome",
        needs: &["cart"],
        files: &[
            ("model.yaml", include_str!("../../../../workflows/recipes/welcome/model.yaml")),
            (
                "templates/welcome/first.en.md.hbs",
                include_str!("../../../../workflows/recipes/welcome/templates/welcome/first.en.md.hbs"),
            ),
            (
                "templates/welcome/first.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/welcome/templates/welcome/first.zh-CN.md.hbs"),
            ),
            (
                "templates/welcome/fourth.en.md.hbs",
                include_str!("../../../../workflows/recipes/welcome/templates/welcome/fourth.en.md.hbs"),
            ),
            (
                "templates/welcome/fourth.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/welcome/templates/welcome/fourth.zh-CN.md.hbs"),
            ),
            (
                "templates/welcome/second.en.md.hbs",
                include_str!("../../../../workflows/recipes/welcome/templates/welcome/second.en.md.hbs"),
            ),
            (
                "templates/welcome/second.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/welcome/templates/welcome/second.zh-CN.md.hbs"),
            ),
            (
                "templates/welcome/third.en.md.hbs",
                include_str!("../../../../workflows/recipes/welcome/templates/welcome/third.en.md.hbs"),
            ),
            (
                "templates/welcome/third.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/welcome/templates/welcome/third.zh-CN.md.hbs"),
            ),
            ("welcome.yaml", include_str!("../../../../workflows/recipes/welcome/welcome.yaml")),
        ],
    },
    Recipe {
        name: "double-opt-in",
        needs: &[],
        files: &[
            (
                "double_opt_in.yaml",
                include_str!("../../../../workflows/recipes/double-opt-in/double_opt_in.yaml"),
            ),
            ("model.yaml", include_str!("../../../../workflows/recipes/double-opt-in/model.yaml")),
            ("sign_up.yaml", include_str!("../../../../workflows/recipes/double-opt-in/sign_up.yaml")),
            (
                "templates/double_opt_in/begin.en.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/double-opt-in/templates/double_opt_in/begin.en.md.hbs"
                ),
            ),
            (
                "templates/double_opt_in/begin.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/double-opt-in/templates/double_opt_in/begin.zh-CN.md.hbs"
                ),
            ),
            (
                "templates/double_opt_in/confirm.en.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/double-opt-in/templates/double_opt_in/confirm.en.md.hbs"
                ),
            ),
            (
                "templates/double_opt_in/confirm.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/double-opt-in/templates/double_opt_in/confirm.zh-CN.md.hbs"
                ),
            ),
            (
                "templates/double_opt_in/hello.en.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/double-opt-in/templates/double_opt_in/hello.en.md.hbs"
                ),
            ),
            (
                "templates/double_opt_in/hello.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/double-opt-in/templates/double_opt_in/hello.zh-CN.md.hbs"
                ),
            ),
            (
                "templates/double_opt_in/reminder.en.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/double-opt-in/templates/double_opt_in/reminder.en.md.hbs"
                ),
            ),
            (
                "templates/double_opt_in/reminder.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/double-opt-in/templates/double_opt_in/reminder.zh-CN.md.hbs"
                ),
            ),
            (
                "welcome_after_consent.yaml",
                include_str!("../../../../workflows/recipes/double-opt-in/welcome_after_consent.yaml"),
            ),
        ],
    },
    Recipe {
        name: "birthday",
        needs: &[],
        files: &[
            (
                "birthday_coupon.yaml",
                include_str!("../../../../workflows/recipes/birthday/birthday_coupon.yaml"),
            ),
            ("model.yaml", include_str!("../../../../workflows/recipes/birthday/model.yaml")),
            (
                "templates/birthday_coupon/coupon.en.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/birthday/templates/birthday_coupon/coupon.en.md.hbs"
                ),
            ),
            (
                "templates/birthday_coupon/coupon.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/birthday/templates/birthday_coupon/coupon.zh-CN.md.hbs"
                ),
            ),
            (
                "templates/birthday_coupon/greeting.en.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/birthday/templates/birthday_coupon/greeting.en.md.hbs"
                ),
            ),
            (
                "templates/birthday_coupon/greeting.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/birthday/templates/birthday_coupon/greeting.zh-CN.md.hbs"
                ),
            ),
            (
                "templates/birthday_coupon/reminder.en.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/birthday/templates/birthday_coupon/reminder.en.md.hbs"
                ),
            ),
            (
                "templates/birthday_coupon/reminder.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/birthday/templates/birthday_coupon/reminder.zh-CN.md.hbs"
                ),
            ),
            (
                "templates/birthday_coupon/text.en.txt.hbs",
                include_str!(
                    "../../../../workflows/recipes/birthday/templates/birthday_coupon/text.en.txt.hbs"
                ),
            ),
            (
                "templates/birthday_coupon/text.zh-CN.txt.hbs",
                include_str!(
                    "../../../../workflows/recipes/birthday/templates/birthday_coupon/text.zh-CN.txt.hbs"
                ),
            ),
        ],
    },
    Recipe {
        name: "win-back",
        needs: &[],
        files: &[
            ("model.yaml", include_str!("../../../../workflows/recipes/win-back/model.yaml")),
            (
                "templates/winback/first.en.md.hbs",
                include_str!("../../../../workflows/recipes/win-back/templates/winback/first.en.md.hbs"),
            ),
            (
                "templates/winback/first.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/win-back/templates/winback/first.zh-CN.md.hbs"),
            ),
            (
                "templates/winback/second.en.md.hbs",
                include_str!("../../../../workflows/recipes/win-back/templates/winback/second.en.md.hbs"),
            ),
            (
                "templates/winback/second.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/win-back/templates/winback/second.zh-CN.md.hbs"),
            ),
            (
                "templates/winback/text.en.txt.hbs",
                include_str!("../../../../workflows/recipes/win-back/templates/winback/text.en.txt.hbs"),
            ),
            (
                "templates/winback/text.zh-CN.txt.hbs",
                include_str!("../../../../workflows/recipes/win-back/templates/winback/text.zh-CN.txt.hbs"),
            ),
            ("winback.yaml", include_str!("../../../../workflows/recipes/win-back/winback.yaml")),
            ("winback_tests.yaml", include_str!("../../../../workflows/recipes/win-back/winback_tests.yaml")),
        ],
    },
    Recipe {
        name: "own-rhythm",
        needs: &[],
        files: &[
            ("model.yaml", include_str!("../../../../workflows/recipes/own-rhythm/model.yaml")),
            ("own_rhythm.yaml", include_str!("../../../../workflows/recipes/own-rhythm/own_rhythm.yaml")),
            (
                "own_rhythm_tests.yaml",
                include_str!("../../../../workflows/recipes/own-rhythm/own_rhythm_tests.yaml"),
            ),
            (
                "templates/rhythm/quiet.en.md.hbs",
                include_str!("../../../../workflows/recipes/own-rhythm/templates/rhythm/quiet.en.md.hbs"),
            ),
            (
                "templates/rhythm/quiet.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/own-rhythm/templates/rhythm/quiet.zh-CN.md.hbs"),
            ),
        ],
    },
    Recipe {
        name: "price-drop",
        needs: &[],
        files: &[
            (
                "back_in_stock.yaml",
                include_str!("../../../../workflows/recipes/price-drop/back_in_stock.yaml"),
            ),
            ("model.yaml", include_str!("../../../../workflows/recipes/price-drop/model.yaml")),
            ("price_drop.yaml", include_str!("../../../../workflows/recipes/price-drop/price_drop.yaml")),
            (
                "templates/watch/back_in_stock.en.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/price-drop/templates/watch/back_in_stock.en.md.hbs"
                ),
            ),
            (
                "templates/watch/back_in_stock.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/price-drop/templates/watch/back_in_stock.zh-CN.md.hbs"
                ),
            ),
            (
                "templates/watch/price_drop.en.md.hbs",
                include_str!("../../../../workflows/recipes/price-drop/templates/watch/price_drop.en.md.hbs"),
            ),
            (
                "templates/watch/price_drop.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/price-drop/templates/watch/price_drop.zh-CN.md.hbs"
                ),
            ),
        ],
    },
    Recipe {
        name: "festival",
        needs: &[],
        files: &[
            ("mid_autumn.yaml", include_str!("../../../../workflows/recipes/festival/mid_autumn.yaml")),
            ("model.yaml", include_str!("../../../../workflows/recipes/festival/model.yaml")),
            ("new_goods.yaml", include_str!("../../../../workflows/recipes/festival/new_goods.yaml")),
            ("policies.yaml", include_str!("../../../../workflows/recipes/festival/policies.yaml")),
            (
                "templates/festival/gift.en.md.hbs",
                include_str!("../../../../workflows/recipes/festival/templates/festival/gift.en.md.hbs"),
            ),
            (
                "templates/festival/gift.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/festival/templates/festival/gift.zh-CN.md.hbs"),
            ),
            (
                "templates/festival/news.en.md.hbs",
                include_str!("../../../../workflows/recipes/festival/templates/festival/news.en.md.hbs"),
            ),
            (
                "templates/festival/news.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/festival/templates/festival/news.zh-CN.md.hbs"),
            ),
            ("week_before.yaml", include_str!("../../../../workflows/recipes/festival/week_before.yaml")),
        ],
    },
    Recipe {
        name: "lead-nurture",
        needs: &[],
        files: &[
            ("channels.yaml", include_str!("../../../../workflows/recipes/lead-nurture/channels.yaml")),
            (
                "lead_nurture.yaml",
                include_str!("../../../../workflows/recipes/lead-nurture/lead_nurture.yaml"),
            ),
            ("lead_score.yaml", include_str!("../../../../workflows/recipes/lead-nurture/lead_score.yaml")),
            ("model.yaml", include_str!("../../../../workflows/recipes/lead-nurture/model.yaml")),
            ("teams.yaml", include_str!("../../../../workflows/recipes/lead-nurture/teams.yaml")),
            (
                "templates/nurture/day_0.en.md.hbs",
                include_str!("../../../../workflows/recipes/lead-nurture/templates/nurture/day_0.en.md.hbs"),
            ),
            (
                "templates/nurture/day_0.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/lead-nurture/templates/nurture/day_0.zh-CN.md.hbs"
                ),
            ),
            (
                "templates/nurture/day_14.en.md.hbs",
                include_str!("../../../../workflows/recipes/lead-nurture/templates/nurture/day_14.en.md.hbs"),
            ),
            (
                "templates/nurture/day_14.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/lead-nurture/templates/nurture/day_14.zh-CN.md.hbs"
                ),
            ),
            (
                "templates/nurture/day_3.en.md.hbs",
                include_str!("../../../../workflows/recipes/lead-nurture/templates/nurture/day_3.en.md.hbs"),
            ),
            (
                "templates/nurture/day_3.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/lead-nurture/templates/nurture/day_3.zh-CN.md.hbs"
                ),
            ),
            (
                "templates/nurture/day_7.en.md.hbs",
                include_str!("../../../../workflows/recipes/lead-nurture/templates/nurture/day_7.en.md.hbs"),
            ),
            (
                "templates/nurture/day_7.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/lead-nurture/templates/nurture/day_7.zh-CN.md.hbs"
                ),
            ),
        ],
    },
    Recipe {
        name: "public-pool",
        needs: &[],
        files: &[
            ("model.yaml", include_str!("../../../../workflows/recipes/public-pool/model.yaml")),
            ("recycling.yaml", include_str!("../../../../workflows/recipes/public-pool/recycling.yaml")),
            ("teams.yaml", include_str!("../../../../workflows/recipes/public-pool/teams.yaml")),
        ],
    },
    Recipe {
        name: "deal-stages",
        needs: &[],
        files: &[
            (
                "deal_engaging.yaml",
                include_str!("../../../../workflows/recipes/deal-stages/deal_engaging.yaml"),
            ),
            ("deal_lost.yaml", include_str!("../../../../workflows/recipes/deal-stages/deal_lost.yaml")),
            (
                "deal_nurture.yaml",
                include_str!("../../../../workflows/recipes/deal-stages/deal_nurture.yaml"),
            ),
            ("deal_won.yaml", include_str!("../../../../workflows/recipes/deal-stages/deal_won.yaml")),
            ("model.yaml", include_str!("../../../../workflows/recipes/deal-stages/model.yaml")),
            ("teams.yaml", include_str!("../../../../workflows/recipes/deal-stages/teams.yaml")),
            (
                "templates/deal/intro.en.md.hbs",
                include_str!("../../../../workflows/recipes/deal-stages/templates/deal/intro.en.md.hbs"),
            ),
            (
                "templates/deal/intro.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/deal-stages/templates/deal/intro.zh-CN.md.hbs"),
            ),
            (
                "templates/deal/letter.en.md.hbs",
                include_str!("../../../../workflows/recipes/deal-stages/templates/deal/letter.en.md.hbs"),
            ),
            (
                "templates/deal/letter.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/deal-stages/templates/deal/letter.zh-CN.md.hbs"),
            ),
            (
                "templates/deal/welcome.en.md.hbs",
                include_str!("../../../../workflows/recipes/deal-stages/templates/deal/welcome.en.md.hbs"),
            ),
            (
                "templates/deal/welcome.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/deal-stages/templates/deal/welcome.zh-CN.md.hbs"),
            ),
            ("the_deal.yaml", include_str!("../../../../workflows/recipes/deal-stages/the_deal.yaml")),
        ],
    },
    Recipe {
        name: "webinar",
        needs: &[],
        files: &[
            ("model.yaml", include_str!("../../../../workflows/recipes/webinar/model.yaml")),
            (
                "templates/webinar/confirmation.en.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/webinar/templates/webinar/confirmation.en.md.hbs"
                ),
            ),
            (
                "templates/webinar/confirmation.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/webinar/templates/webinar/confirmation.zh-CN.md.hbs"
                ),
            ),
            (
                "templates/webinar/day_before.en.md.hbs",
                include_str!("../../../../workflows/recipes/webinar/templates/webinar/day_before.en.md.hbs"),
            ),
            (
                "templates/webinar/day_before.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/webinar/templates/webinar/day_before.zh-CN.md.hbs"
                ),
            ),
            (
                "templates/webinar/hour_before.en.md.hbs",
                include_str!("../../../../workflows/recipes/webinar/templates/webinar/hour_before.en.md.hbs"),
            ),
            (
                "templates/webinar/hour_before.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/webinar/templates/webinar/hour_before.zh-CN.md.hbs"
                ),
            ),
            (
                "templates/webinar/recording.en.md.hbs",
                include_str!("../../../../workflows/recipes/webinar/templates/webinar/recording.en.md.hbs"),
            ),
            (
                "templates/webinar/recording.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/webinar/templates/webinar/recording.zh-CN.md.hbs"
                ),
            ),
            (
                "templates/webinar/recording_and_survey.en.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/webinar/templates/webinar/recording_and_survey.en.md.hbs"
                ),
            ),
            (
                "templates/webinar/recording_and_survey.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/webinar/templates/webinar/recording_and_survey.zh-CN.md.hbs"
                ),
            ),
            ("webinar.yaml", include_str!("../../../../workflows/recipes/webinar/webinar.yaml")),
        ],
    },
    Recipe {
        name: "payment-failed",
        needs: &[],
        files: &[
            ("channels.yaml", include_str!("../../../../workflows/recipes/payment-failed/channels.yaml")),
            ("model.yaml", include_str!("../../../../workflows/recipes/payment-failed/model.yaml")),
            (
                "payment_failed.yaml",
                include_str!("../../../../workflows/recipes/payment-failed/payment_failed.yaml"),
            ),
            ("teams.yaml", include_str!("../../../../workflows/recipes/payment-failed/teams.yaml")),
            (
                "templates/billing/downgraded.en.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/payment-failed/templates/billing/downgraded.en.md.hbs"
                ),
            ),
            (
                "templates/billing/downgraded.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/payment-failed/templates/billing/downgraded.zh-CN.md.hbs"
                ),
            ),
            (
                "templates/billing/notice.en.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/payment-failed/templates/billing/notice.en.md.hbs"
                ),
            ),
            (
                "templates/billing/notice.zh-CN.md.hbs",
                include_str!(
                    "../../../../workflows/recipes/payment-failed/templates/billing/notice.zh-CN.md.hbs"
                ),
            ),
            (
                "two_invoices.yaml",
                include_str!("../../../../workflows/recipes/payment-failed/two_invoices.yaml"),
            ),
        ],
    },
    Recipe {
        name: "satisfaction",
        needs: &[],
        files: &[
            ("bad_mark.yaml", include_str!("../../../../workflows/recipes/satisfaction/bad_mark.yaml")),
            ("marks.yaml", include_str!("../../../../workflows/recipes/satisfaction/marks.yaml")),
            ("model.yaml", include_str!("../../../../workflows/recipes/satisfaction/model.yaml")),
            ("policies.yaml", include_str!("../../../../workflows/recipes/satisfaction/policies.yaml")),
            (
                "satisfaction.yaml",
                include_str!("../../../../workflows/recipes/satisfaction/satisfaction.yaml"),
            ),
            ("teams.yaml", include_str!("../../../../workflows/recipes/satisfaction/teams.yaml")),
            (
                "templates/survey/mark.en.md.hbs",
                include_str!("../../../../workflows/recipes/satisfaction/templates/survey/mark.en.md.hbs"),
            ),
            (
                "templates/survey/mark.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/satisfaction/templates/survey/mark.zh-CN.md.hbs"),
            ),
            (
                "templates/survey/text.en.txt.hbs",
                include_str!("../../../../workflows/recipes/satisfaction/templates/survey/text.en.txt.hbs"),
            ),
            (
                "templates/survey/text.zh-CN.txt.hbs",
                include_str!(
                    "../../../../workflows/recipes/satisfaction/templates/survey/text.zh-CN.txt.hbs"
                ),
            ),
            ("topics.yaml", include_str!("../../../../workflows/recipes/satisfaction/topics.yaml")),
        ],
    },
    Recipe {
        name: "nps",
        needs: &[],
        files: &[
            ("model.yaml", include_str!("../../../../workflows/recipes/nps/model.yaml")),
            ("nps_reply.yaml", include_str!("../../../../workflows/recipes/nps/nps_reply.yaml")),
            ("nps_survey.yaml", include_str!("../../../../workflows/recipes/nps/nps_survey.yaml")),
            ("teams.yaml", include_str!("../../../../workflows/recipes/nps/teams.yaml")),
            (
                "templates/nps/reminder.en.md.hbs",
                include_str!("../../../../workflows/recipes/nps/templates/nps/reminder.en.md.hbs"),
            ),
            (
                "templates/nps/reminder.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/nps/templates/nps/reminder.zh-CN.md.hbs"),
            ),
            (
                "templates/nps/review.en.md.hbs",
                include_str!("../../../../workflows/recipes/nps/templates/nps/review.en.md.hbs"),
            ),
            (
                "templates/nps/review.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/nps/templates/nps/review.zh-CN.md.hbs"),
            ),
            (
                "templates/nps/survey.en.md.hbs",
                include_str!("../../../../workflows/recipes/nps/templates/nps/survey.en.md.hbs"),
            ),
            (
                "templates/nps/survey.zh-CN.md.hbs",
                include_str!("../../../../workflows/recipes/nps/templates/nps/survey.zh-CN.md.hbs"),
            ),
        ],
    },
];
