//! Uploading, changing and deleting files.

use assets::command::{AssetEdit, UploadRequest, edit, upload_confirm, upload_request};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::object::Asset;
use crate::error::{Gql, ctx, respond};
use crate::input;
use crate::payload;
use crate::schema::Services;

/// A file to be uploaded.
#[derive(Debug, InputObject)]
pub struct AssetUploadRequestInput {
    /// Whose it is to be; without it the caller's merchant, for the operator the operator itself.
    pub merchant_id: Option<ID>,
    /// Its name.
    pub filename: String,
    /// Its media type: `image/jpeg`, `image/png`, `image/webp`, `image/gif`, `video/mp4`, `model/gltf-binary` or
    /// `application/pdf`.
    pub content_type: String,
    /// Its length in bytes: images up to 20 MiB, documents 25, models 100, films 500.
    pub byte_size: i64,
    /// What it shows, in words.
    #[graphql(default)]
    pub alt: String,
}

/// The file whose bytes were sent.
#[derive(Debug, InputObject)]
pub struct AssetUploadConfirmInput {
    /// The file.
    pub id: ID,
}

/// A change of a file; what is absent stays.
#[derive(Debug, InputObject)]
pub struct AssetEditInput {
    /// The file.
    pub id: ID,
    /// The version the caller saw.
    pub expected_version: i64,
    /// The name of the file.
    pub filename: Option<String>,
    /// What it shows, in words.
    pub alt: Option<String>,
}

/// A file to delete.
#[derive(Debug, InputObject)]
pub struct AssetDeleteInput {
    /// The file.
    pub id: ID,
    /// The version the caller saw.
    pub expected_version: i64,
}

/// A header of a request.
#[derive(Debug, SimpleObject)]
pub struct HttpHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Where and how to send the bytes of a file.
#[derive(SimpleObject)]
pub struct AssetUpload {
    /// The file, pending.
    pub asset: Asset,
    /// Send the bytes here with `PUT`, within an hour.
    pub url: String,
    /// Headers the request must carry exactly.
    pub headers: Vec<HttpHeader>,
}

payload! {
    /// What became of `assetUploadRequest`.
    AssetUploadRequestPayload {
        /// Where and how to send the bytes.
        upload: AssetUpload
    }
    /// What became of `assetUploadConfirm`.
    AssetUploadConfirmPayload {
        /// The file: ready, or rejected with the reason.
        asset: Asset
    }
    /// What became of `assetEdit`.
    AssetEditPayload {
        /// The changed file.
        asset: Asset
    }
    /// What became of `assetDelete`.
    AssetDeletePayload {
        /// The deleted file.
        asset: Asset
    }
}

/// Actions on files.
#[derive(Default)]
pub struct AssetsMutation;

#[Object]
impl AssetsMutation {
    /// Asks for an upload: the answer says where to send the bytes. Then call `assetUploadConfirm`.
    async fn asset_upload_request(
        &self,
        gql: &Context<'_>,
        input: AssetUploadRequestInput,
    ) -> Gql<AssetUploadRequestPayload> {
        let ctx = ctx(gql)?;
        let result = async {
            let merchant = input::optional_id("merchantId", input.merchant_id.as_ref())?;
            crate::catalog::merchant_exists(ctx, merchant).await?;
            let AssetUploadRequestInput { filename, content_type, byte_size, alt, .. } = input;
            let request = UploadRequest { merchant, filename, content_type, byte_size, alt };
            let ticket = upload_request(ctx, urls(gql)?.store(), request).await?;
            let headers = ticket.headers.into_iter().map(|(name, value)| HttpHeader { name, value });
            Ok::<_, assets::Error>(AssetUpload {
                asset: Asset(ticket.asset),
                url: ticket.url,
                headers: headers.collect(),
            })
        };
        respond(gql, Box::pin(result).await)
    }

    /// Checks what was uploaded: its length and its first bytes against what was declared. Again: the same answer.
    async fn asset_upload_confirm(
        &self,
        gql: &Context<'_>,
        input: AssetUploadConfirmInput,
    ) -> Gql<AssetUploadConfirmPayload> {
        let ctx = ctx(gql)?;
        let result = async {
            let id = input::id("id", &input.id)?;
            upload_confirm(ctx, urls(gql)?.store(), id).await
        };
        respond(gql, Box::pin(result).await.map(Asset))
    }

    /// Changes the name of a file and what it shows in words.
    async fn asset_edit(&self, gql: &Context<'_>, input: AssetEditInput) -> Gql<AssetEditPayload> {
        let ctx = ctx(gql)?;
        let result = async {
            let AssetEditInput { id, expected_version, filename, alt } = input;
            let id = input::id("id", &id)?;
            edit(ctx, AssetEdit { id, expected_version, filename, alt }).await
        };
        respond(gql, Box::pin(result).await.map(Asset))
    }

    /// Deletes a file that no product shows.
    async fn asset_delete(&self, gql: &Context<'_>, input: AssetDeleteInput) -> Gql<AssetDeletePayload> {
        let ctx = ctx(gql)?;
        let result = async {
            let id = input::id("id", &input.id)?;
            catalog::command::asset_delete(ctx, id, input.expected_version).await
        };
        respond(gql, Box::pin(result).await.map(Asset))
    }
}

fn urls<'a>(gql: &Context<'a>) -> Result<&'a assets::Urls, context::Error> {
    gql.data_opt::<Services>().ok_or(context::Error::Unavailable("the object storage"))?.urls()
}
