//! Into a folder.

use mail::{Mailer, Message, Settings};

use crate::message;

#[tokio::test]
async fn a_folder_holds_each_mail_once() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("mail/out");
    let url = format!("file://{}", out.display());
    let mailer = Mailer::new(&Settings { url, from: "noreply@souk.example".to_owned() }).unwrap();
    mailer.send(&message()).await.unwrap();
    mailer.send(&message()).await.unwrap();
    mailer.send(&Message { message_id: "second".to_owned(), html: None, ..message() }).await.unwrap();

    let mut names: Vec<_> = std::fs::read_dir(&out).unwrap().map(|f| f.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["evt_01h2-shipped.eml", "second.eml"]);
    let mail = std::fs::read_to_string(out.join("evt_01h2-shipped.eml")).unwrap();
    assert!(mail.contains("Message-ID: <evt_01h2-shipped@souk.example>"), "{mail}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_temporary() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let mailer = Mailer::folder(&file, "noreply@souk.example").unwrap();
    assert!(mailer.ping().await.is_err());
    assert!(mailer.send(&message()).await.unwrap_err().is_temporary());
}
