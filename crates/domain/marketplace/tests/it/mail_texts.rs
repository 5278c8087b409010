//! Texts of mails that the operator writes itself.

use kernel::Fault as _;
use marketplace::command::{ResetMailText, SaveMailText, reset_mail_text, save_mail_text};
use marketplace::query::{mail_preview, mail_texts};
use marketplace::{TemplateText, bootstrap, snapshot};

fn text(subject: &str) -> TemplateText {
    TemplateText { subject: subject.to_owned(), text: "{{ order_number }}".to_owned(), html: "<p>x</p>".to_owned() }
}

fn save(locale: &str, expected_version: i64, subject: &str) -> SaveMailText {
    let (template, locale) = ("order_placed".to_owned(), locale.to_owned());
    SaveMailText { template, locale, expected_version, text: text(subject) }
}

testkit::both_databases! {
    async fn a_text_is_kept_in_versions_and_given_up(t: TestEnv) {
        let ctx = t.operator();
        bootstrap(&ctx).await.unwrap();
        let built_in = mail_texts(&ctx).await.unwrap();
        assert!(built_in.iter().all(|text| text.version == 0));
        let first = save_mail_text(&ctx, save("fr", 0, "Un {{ order_number }}")).await.unwrap();
        assert_eq!((first.version, first.locale.as_str()), (1, "fr"));
        assert_eq!(save_mail_text(&ctx, save("fr", 0, "x")).await.unwrap_err().code(), "STALE_VERSION");
        save_mail_text(&ctx, save("fr", 1, "Deux")).await.unwrap();
        save_mail_text(&ctx, save("de", 0, "Drei")).await.unwrap();
        let own: Vec<_> = mail_texts(&ctx).await.unwrap().into_iter().filter(|text| text.version > 0).collect();
        let seen: Vec<_> = own.iter().map(|text| (text.locale.as_str(), text.version, text.text.subject.as_str())).collect();
        assert_eq!(seen, [("de", 1, "Drei"), ("fr", 2, "Deux")]);
        assert_eq!(mail_texts(&ctx).await.unwrap().len(), built_in.len() + 1, "the German one took a built-in one's place");
        let reset = |expected_version| ResetMailText {
            template: "order_placed".to_owned(), locale: "fr".to_owned(), expected_version,
        };
        assert_eq!(reset_mail_text(&ctx, reset(1)).await.unwrap_err().code(), "STALE_VERSION");
        reset_mail_text(&ctx, reset(2)).await.unwrap();
        assert_eq!(reset_mail_text(&ctx, reset(2)).await.unwrap_err().code(), "NOT_FOUND");
        assert_eq!(snapshot(&ctx).await.unwrap().mail_texts.len(), 1);
        for letter in 'a'..='z' {
            save_mail_text(&ctx, save(&format!("x{letter}"), 0, "x")).await.unwrap();
        }
        for locale in ["ya", "yb", "yc"] {
            save_mail_text(&ctx, save(locale, 0, "x")).await.unwrap();
        }
        let full = save_mail_text(&ctx, save("yd", 0, "x")).await.unwrap_err();
        assert_eq!((full.code(), full.field().as_deref()), ("TOO_MANY", Some("locale")));
        assert_eq!(save_mail_text(&ctx, save("yc", 1, "y")).await.unwrap().version, 2, "what is there can be changed");
    }

    async fn what_could_not_be_sent_is_not_kept(t: TestEnv) {
        let ctx = t.operator();
        bootstrap(&ctx).await.unwrap();
        let refused = async |input: SaveMailText| {
            let error = save_mail_text(&ctx, input).await.unwrap_err();
            (error.code(), error.field().unwrap_or_default())
        };
        assert_eq!(refused(save("fr", 0, "{{ total_price }}")).await, ("UNKNOWN_VARIABLE", "subject".to_owned()));
        assert_eq!(refused(save("french", 0, "x")).await, ("MALFORMED", "locale".to_owned()));
        let unknown = SaveMailText { template: "order_lost".to_owned(), ..save("fr", 0, "x") };
        assert_eq!(refused(unknown).await, ("UNKNOWN", "template".to_owned()));
        assert_eq!(snapshot(&ctx).await.unwrap().mail_texts, []);
        let merchant = t.merchant(ctx.new_id());
        assert_eq!(save_mail_text(&merchant, save("fr", 0, "x")).await.unwrap_err().code(), "FORBIDDEN");
        let preview = mail_preview(&ctx, "order_placed", "de", &text("Nr. {{ order_number }}")).await.unwrap();
        assert_eq!(preview.subject, "Nr. 261122-T7NQ-4KHN");
        let fault = mail_preview(&ctx, "order_placed", "de", &text("{{ nothing }}")).await.unwrap_err();
        assert_eq!(fault.code(), "UNKNOWN_VARIABLE");
        assert_eq!(snapshot(&ctx).await.unwrap().mail_texts, []);
    }
}
