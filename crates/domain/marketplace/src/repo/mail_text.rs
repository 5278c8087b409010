//! Texts of mails.

use context::WriteTx;
use mail::{Template, TemplateText};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::Error;
use crate::entity::mail_text_row::{ActiveModel, Column, Entity};
use crate::model::MailText;

/// All of them. A text of a mail that does not exist any more is left alone.
pub(crate) async fn all<C: ConnectionTrait>(conn: &C) -> Result<Vec<MailText>, Error> {
    let rows = Entity::find().order_by_asc(Column::Template).order_by_asc(Column::Locale).all(conn).await?;
    let texts = rows.into_iter().filter_map(|row| {
        Some(MailText {
            template: Template::parse(&row.template)?,
            locale: row.locale,
            text: TemplateText { subject: row.subject, text: row.body_text, html: row.body_html },
            version: row.version,
            updated_at: row.updated_at,
        })
    });
    Ok(texts.collect())
}

/// Writes a text. The caller holds the lock of the marketplace.
pub(crate) async fn save(tx: &WriteTx, text: &MailText) -> Result<(), Error> {
    let row = ActiveModel {
        template: Set(text.template.name().to_owned()),
        locale: Set(text.locale.clone()),
        subject: Set(text.text.subject.clone()),
        body_text: Set(text.text.text.clone()),
        body_html: Set(text.text.html.clone()),
        version: Set(text.version),
        updated_at: Set(text.updated_at),
    };
    use Column as C;
    let changed = [C::Subject, C::BodyText, C::BodyHtml, C::Version, C::UpdatedAt];
    let replace = OnConflict::columns([C::Template, C::Locale]).update_columns(changed).to_owned();
    Entity::insert(row).on_conflict(replace).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Removes a text. The caller holds the lock of the marketplace.
pub(crate) async fn remove(tx: &WriteTx, text: &MailText) -> Result<(), Error> {
    Entity::delete_many()
        .filter(Column::Template.eq(text.template.name()))
        .filter(Column::Locale.eq(&text.locale))
        .exec(&**tx)
        .await?;
    Ok(())
}
