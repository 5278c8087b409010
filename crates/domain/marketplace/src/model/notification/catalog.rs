//! What people can be told of. An event is one row here, and one row in `workflows::notify::facts` that says which fact it is.

use serde_json::{Map, Value, json};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Somebody should look.
    Warning,
    /// Somebody has to look now: quiet hours do not hold it back.
    Urgent,
}

impl Severity {
    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Urgent => "urgent",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "urgent" => Self::Urgent,
            "warning" => Self::Warning,
            _ => Self::Info,
        }
    }
}

/// An event that people can be told of.
#[derive(Debug, PartialEq, Eq)]
pub struct EventKind {
    /// Its name: `order.placed`.
    pub name: &'static str,
    /// What happened, in a sentence.
    pub about: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// Whether nobody may opt out of it: what the law or the contract makes people know.
    pub mandatory: bool,
    /// The variables of its texts. All of them are always there; one that is unknown is empty.
    pub variables: &'static [&'static str],
    /// Title and text in English.
    pub english: (&'static str, &'static str),
    /// Title and text in German.
    pub german: (&'static str, &'static str),
}

/// The variable that every event has: the name of the marketplace.
pub const MARKETPLACE_NAME: &str = "marketplace_name";

macro_rules! catalog {
    (@is) => { false };
    (@is mandatory) => { true };
    ($($name:literal: $about:literal, $severity:ident $($mandatory:ident)?, [$($variable:literal),*],
        $title:literal, $text:literal, $german_title:literal, $german_text:literal;)*) => {
        /// Every event.
        pub static EVENTS: &[EventKind] = &[$(EventKind {
            name: $name,
            about: $about,
            severity: Severity::$severity,
            mandatory: catalog!(@is $($mandatory)?),
            variables: &[$($variable),*],
            english: ($title, $text),
            german: ($german_title, $german_text),
        },)*];
    };
}

catalog! {
    "order.placed": "A buyer placed an order.", Info, ["order_number", "total"],
        "Order {{ order_number }} was placed", "It comes to {{ total }}.",
        "Bestellung {{ order_number }} ist eingegangen", "Sie beträgt {{ total }}.";
    "merchant_order.new": "A merchant has a new order to decide about.", Info,
        ["order_number", "merchant_name", "total", "accept_by"],
        "New order {{ order_number }}", "{{ merchant_name }}: {{ total }}, to be accepted until {{ accept_by }}.",
        "Neue Bestellung {{ order_number }}", "{{ merchant_name }}: {{ total }}, anzunehmen bis {{ accept_by }}.";
    "merchant_order.unanswered": "A merchant has not decided about an order, and the time is nearly over.", Warning,
        ["order_number", "merchant_name", "accept_by"],
        "Order {{ order_number }} waits for an answer", "{{ merchant_name }} has to accept it until {{ accept_by }}.",
        "Bestellung {{ order_number }} wartet auf eine Antwort", "{{ merchant_name }} muss sie bis {{ accept_by }} annehmen.";
    "merchant_order.late": "A merchant did not send in time.", Warning, ["order_number", "merchant_name", "ship_by"],
        "Order {{ order_number }} is late", "{{ merchant_name }} promised to send it by {{ ship_by }}.",
        "Bestellung {{ order_number }} ist verspätet", "{{ merchant_name }} wollte sie bis {{ ship_by }} versenden.";
    "shipment.delivered": "A parcel arrived.", Info, ["order_number", "merchant_name"],
        "A parcel of order {{ order_number }} arrived", "{{ merchant_name }} sent it.",
        "Ein Paket der Bestellung {{ order_number }} ist angekommen", "Versendet von {{ merchant_name }}.";
    "refund.awaits_approval": "A refund is above the limit and waits until somebody agrees.", Warning,
        ["order_number", "merchant_name", "amount"],
        "A refund of {{ amount }} waits for approval", "It belongs to order {{ order_number }} of {{ merchant_name }}.",
        "Eine Erstattung von {{ amount }} wartet auf Freigabe", "Sie gehört zur Bestellung {{ order_number }} von {{ merchant_name }}.";
    "dispute.opened": "A buyer complained to the bank, which took the money back.", Urgent,
        ["order_number", "merchant_name", "amount"],
        "{{ amount }} of order {{ order_number }} is disputed", "The bank of the buyer took it back. {{ merchant_name }}",
        "{{ amount }} der Bestellung {{ order_number }} werden bestritten", "Die Bank des Käufers hat es zurückgeholt. {{ merchant_name }}";
    "merchant.submitted": "A merchant asks to be approved.", Info, ["merchant_name"],
        "{{ merchant_name }} asks to be approved", "Look at the checklist and decide.",
        "{{ merchant_name }} bittet um Freigabe", "Bitte die Checkliste ansehen und entscheiden.";
    "merchant.approved": "A merchant was approved.", Info, ["merchant_name"],
        "{{ merchant_name }} is approved", "The shop can sell from now on.",
        "{{ merchant_name }} ist freigegeben", "Der Shop kann ab sofort verkaufen.";
    "merchant.restricted": "A merchant was restricted or suspended.", Urgent mandatory, ["merchant_name", "reason"],
        "{{ merchant_name }} is blocked", "Reason: {{ reason }}",
        "{{ merchant_name }} ist gesperrt", "Grund: {{ reason }}";
    "merchant.rating_fell": "The rating of a merchant fell below the threshold.", Warning,
        ["merchant_name", "rating", "below", "restrict_on"],
        "The rating of {{ merchant_name }} fell to {{ rating }}",
        "It is below {{ below }}. Without a better one the shop is restricted on {{ restrict_on }}.",
        "Die Bewertung von {{ merchant_name }} ist auf {{ rating }} gefallen",
        "Sie liegt unter {{ below }}. Bessert sie sich nicht, wird der Shop am {{ restrict_on }} eingeschränkt.";
    "merchant.papers_expired": "The papers that prove who a merchant is are too old.", Warning mandatory, ["merchant_name"],
        "The papers of {{ merchant_name }} have expired", "New ones have to be submitted.",
        "Die Unterlagen von {{ merchant_name }} sind abgelaufen", "Bitte neue einreichen.";
    "payout.paid": "A payout reached the bank.", Info, ["merchant_name", "amount"],
        "{{ amount }} was paid out to {{ merchant_name }}", "The bank has confirmed it.",
        "{{ amount }} wurden an {{ merchant_name }} ausgezahlt", "Die Bank hat es bestätigt.";
    "payout.failed": "A payout failed.", Urgent mandatory, ["merchant_name", "amount", "reason"],
        "A payout of {{ amount }} to {{ merchant_name }} failed", "Reason: {{ reason }}",
        "Eine Auszahlung von {{ amount }} an {{ merchant_name }} ist gescheitert", "Grund: {{ reason }}";
    "debt.critical": "What a merchant owes has become critical.", Urgent mandatory, ["merchant_name", "amount"],
        "{{ merchant_name }} owes {{ amount }}", "The debt has become critical.",
        "{{ merchant_name }} schuldet {{ amount }}", "Die Schuld ist kritisch geworden.";
    "webhook.disabled": "Nothing is sent to an endpoint of a webhook any more.", Warning, ["endpoint"],
        "The webhook {{ endpoint }} is disabled", "It wants no more, or took nothing for days.",
        "Der Webhook {{ endpoint }} ist abgeschaltet", "Er möchte nichts mehr oder nahm tagelang nichts an.";
    "sign_in.changed": "Somebody of a team changed how the account opens.", Warning mandatory, ["user_name"],
        "The sign-in of {{ user_name }} was changed", "If that was not intended, look at the sessions of the account.",
        "Die Anmeldung von {{ user_name }} wurde geändert", "War das nicht gewollt, prüfen Sie die Sitzungen des Kontos.";
    "task.opened": "A task was opened.", Info, ["task", "due"],
        "New task: {{ task }}", "Due {{ due }}.", "Neue Aufgabe: {{ task }}", "Fällig {{ due }}.";
    "task.assigned": "A task was given to somebody.", Info, ["task", "due"],
        "Your task: {{ task }}", "Due {{ due }}.", "Ihre Aufgabe: {{ task }}", "Fällig {{ due }}.";
    "task.due_soon": "The time of a task is nearly over.", Warning, ["task", "due"],
        "Soon due: {{ task }}", "Due {{ due }}.", "Bald fällig: {{ task }}", "Fällig {{ due }}.";
    "task.breached": "A task was not done in time.", Urgent, ["task", "due"],
        "Overdue: {{ task }}", "It was due {{ due }}.", "Überfällig: {{ task }}", "Sie war {{ due }} fällig.";
    "task.resolved": "A task was done.", Info, ["task"],
        "Done: {{ task }}", "The task is resolved.", "Erledigt: {{ task }}", "Die Aufgabe ist gelöst.";
    "conversation.message": "Somebody wrote in a conversation.", Info, ["topic", "author"],
        "{{ author }} wrote: {{ topic }}", "There is a new message.", "{{ author }} schreibt: {{ topic }}", "Es gibt eine neue Nachricht.";
    "conversation.assigned": "A conversation was given to somebody.", Info, ["topic"],
        "Your conversation: {{ topic }}", "It was assigned to you.", "Ihr Gespräch: {{ topic }}", "Es wurde Ihnen zugewiesen.";
    "conversation.mentioned": "Somebody was named in a conversation.", Info, ["topic", "author"],
        "{{ author }} mentioned you: {{ topic }}", "Somebody asks for you.", "{{ author }} erwähnt Sie: {{ topic }}", "Jemand fragt nach Ihnen.";
}

/// The event of this name.
#[must_use]
pub fn event_kind(name: &str) -> Option<&'static EventKind> {
    EVENTS.iter().find(|event| event.name == name)
}

impl EventKind {
    /// The names that its texts may use.
    #[must_use]
    pub fn known(&self) -> Vec<&'static str> {
        self.variables.iter().copied().chain([MARKETPLACE_NAME]).collect()
    }

    /// The built-in title and text for a reader of `locale`.
    #[must_use]
    pub fn built_in(&self, locale: &str) -> mail::NoteText {
        let german = locale.split(['-', '_']).next() == Some("de");
        let (title, text) = if german { self.german } else { self.english };
        mail::NoteText { title: title.to_owned(), text: text.to_owned() }
    }

    /// What a preview is filled with.
    #[must_use]
    pub fn sample(&self) -> Map<String, Value> {
        let value = |name: &str| match name {
            "marketplace_name" => "Souk",
            "merchant_name" => "Müller & Söhne",
            "order_number" => "261122-T7NQ-4KHN",
            "total" | "amount" => "20.50 EUR",
            "accept_by" | "ship_by" | "restrict_on" | "due" => "2026-11-24",
            "rating" => "48.2",
            "below" => "60",
            "reason" => "out of stock",
            "endpoint" => "https://erp.example/souk",
            "user_name" | "author" => "Ann Clerk",
            "task" => "Review a product",
            "topic" => "Where is my parcel?",
            _ => "…",
        };
        self.known().into_iter().map(|name| (name.to_owned(), json!(value(name)))).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_event_can_be_told_in_both_languages() {
        let templates = mail::Templates::builtin().unwrap();
        for event in EVENTS {
            for locale in ["en", "de-AT"] {
                let checked = templates.check_note(&event.built_in(locale), &event.known(), event.sample());
                assert_eq!(checked, Ok(()), "{} in {locale}", event.name);
            }
            assert_eq!(event_kind(event.name), Some(event), "{} stands twice", event.name);
            assert!(
                !event.sample().values().any(|value| value == "…"),
                "{} has a variable without a sample",
                event.name
            );
        }
    }
}
