//! The files that ship, as the demo uses them; a test compares the list with the folder.

/// Path below the project and text.
pub const FILES: &[(&str, &str)] = &[
    ("workflows/birthday.yaml", include_str!("../../../../workflows/birthday.yaml")),
    ("workflows/calendar.yaml", include_str!("../../../../workflows/calendar.yaml")),
    ("workflows/channels.yaml", include_str!("../../../../workflows/channels.yaml")),
    ("workflows/lead_nurture.yaml", include_str!("../../../../workflows/lead_nurture.yaml")),
    ("workflows/lead_score.yaml", include_str!("../../../../workflows/lead_score.yaml")),
    ("workflows/model.yaml", include_str!("../../../../workflows/model.yaml")),
    ("workflows/policies.yaml", include_str!("../../../../workflows/policies.yaml")),
    ("workflows/renewal.yaml", include_str!("../../../../workflows/renewal.yaml")),
    ("workflows/senders.yaml", include_str!("../../../../workflows/senders.yaml")),
    ("workflows/stage_intro.yaml", include_str!("../../../../workflows/stage_intro.yaml")),
    ("workflows/teams.yaml", include_str!("../../../../workflows/teams.yaml")),
    (
        "workflows/templates/birthday/card.en.md.hbs",
        include_str!("../../../../workflows/templates/birthday/card.en.md.hbs"),
    ),
    (
        "workflows/templates/birthday/card.zh-CN.md.hbs",
        include_str!("../../../../workflows/templates/birthday/card.zh-CN.md.hbs"),
    ),
    (
        "workflows/templates/birthday/last_call.en.md.hbs",
        include_str!("../../../../workflows/templates/birthday/last_call.en.md.hbs"),
    ),
    (
        "workflows/templates/birthday/last_call.zh-CN.md.hbs",
        include_str!("../../../../workflows/templates/birthday/last_call.zh-CN.md.hbs"),
    ),
    ("workflows/templates/layout.html.hbs", include_str!("../../../../workflows/templates/layout.html.hbs")),
    (
        "workflows/templates/layout.styles.toml",
        include_str!("../../../../workflows/templates/layout.styles.toml"),
    ),
    (
        "workflows/templates/nurture/case_study.en.md.hbs",
        include_str!("../../../../workflows/templates/nurture/case_study.en.md.hbs"),
    ),
    (
        "workflows/templates/nurture/case_study.zh-CN.md.hbs",
        include_str!("../../../../workflows/templates/nurture/case_study.zh-CN.md.hbs"),
    ),
    (
        "workflows/templates/nurture/checklist.en.md.hbs",
        include_str!("../../../../workflows/templates/nurture/checklist.en.md.hbs"),
    ),
    (
        "workflows/templates/nurture/checklist.zh-CN.md.hbs",
        include_str!("../../../../workflows/templates/nurture/checklist.zh-CN.md.hbs"),
    ),
    (
        "workflows/templates/nurture/invitation.en.md.hbs",
        include_str!("../../../../workflows/templates/nurture/invitation.en.md.hbs"),
    ),
    (
        "workflows/templates/nurture/invitation.zh-CN.md.hbs",
        include_str!("../../../../workflows/templates/nurture/invitation.zh-CN.md.hbs"),
    ),
    (
        "workflows/templates/nurture/whitepaper.en.md.hbs",
        include_str!("../../../../workflows/templates/nurture/whitepaper.en.md.hbs"),
    ),
    (
        "workflows/templates/nurture/whitepaper.zh-CN.md.hbs",
        include_str!("../../../../workflows/templates/nurture/whitepaper.zh-CN.md.hbs"),
    ),
    (
        "workflows/templates/renewal/benefits.en.md.hbs",
        include_str!("../../../../workflows/templates/renewal/benefits.en.md.hbs"),
    ),
    (
        "workflows/templates/renewal/benefits.zh-CN.md.hbs",
        include_str!("../../../../workflows/templates/renewal/benefits.zh-CN.md.hbs"),
    ),
    (
        "workflows/templates/renewal/first_notice.en.md.hbs",
        include_str!("../../../../workflows/templates/renewal/first_notice.en.md.hbs"),
    ),
    (
        "workflows/templates/renewal/first_notice.zh-CN.md.hbs",
        include_str!("../../../../workflows/templates/renewal/first_notice.zh-CN.md.hbs"),
    ),
    (
        "workflows/templates/renewal/last_notice.en.md.hbs",
        include_str!("../../../../workflows/templates/renewal/last_notice.en.md.hbs"),
    ),
    (
        "workflows/templates/renewal/last_notice.zh-CN.md.hbs",
        include_str!("../../../../workflows/templates/renewal/last_notice.zh-CN.md.hbs"),
    ),
    (
        "workflows/templates/sales/intro.en.md.hbs",
        include_str!("../../../../workflows/templates/sales/intro.en.md.hbs"),
    ),
    (
        "workflows/templates/sales/intro.zh-CN.md.hbs",
        include_str!("../../../../workflows/templates/sales/intro.zh-CN.md.hbs"),
    ),
    (
        "workflows/templates/winback/miss_you.en.md.hbs",
        include_str!("../../../../workflows/templates/winback/miss_you.en.md.hbs"),
    ),
    (
        "workflows/templates/winback/miss_you.zh-CN.md.hbs",
        include_str!("../../../../workflows/templates/winback/miss_you.zh-CN.md.hbs"),
    ),
    (
        "workflows/templates/winback/offer.en.md.hbs",
        include_str!("../../../../workflows/templates/winback/offer.en.md.hbs"),
    ),
    (
        "workflows/templates/winback/offer.zh-CN.md.hbs",
        include_str!("../../../../workflows/templates/winback/offer.zh-CN.md.hbs"),
    ),
    (
        "workflows/templates/winback/welcome_back.en.md.hbs",
        include_str!("../../../../workflows/templates/winback/welcome_back.en.md.hbs"),
    ),
    (
        "workflows/templates/winback/welcome_back.zh-CN.md.hbs",
        include_str!("../../../../workflows/templates/winback/welcome_back.zh-CN.md.hbs"),
    ),
    ("workflows/topics.yaml", include_str!("../../../../workflows/topics.yaml")),
    ("workflows/winback.yaml", include_str!("../../../../workflows/winback.yaml")),
];
