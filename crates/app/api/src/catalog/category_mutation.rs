//! Changing the category tree.

use async_graphql::{Context, ID, InputObject, Object};
use catalog::command::{self, CategoryCreate, CategoryEdit, CategoryMove};

use super::category::Category;
use crate::error::{Gql, ctx, respond};
use crate::input;
use crate::payload;

/// A new category.
#[derive(InputObject)]
pub struct CategoryCreateInput {
    /// The category it stands below; without it a root.
    pub parent_id: Option<ID>,
    /// The name.
    pub name: String,
    /// The part of the storefront's address; without it made from the name.
    pub slug: Option<String>,
    /// Its place among its siblings.
    #[graphql(default)]
    pub position: i32,
}

/// A change of a category; what is absent stays.
#[derive(InputObject)]
pub struct CategoryEditInput {
    /// The category.
    pub id: ID,
    /// The version the caller saw.
    pub expected_version: i64,
    /// The name.
    pub name: Option<String>,
    /// The part of the storefront's address.
    pub slug: Option<String>,
    /// Its place among its siblings.
    pub position: Option<i32>,
}

/// A category and its new parent.
#[derive(InputObject)]
pub struct CategoryMoveInput {
    /// The category.
    pub id: ID,
    /// The version the caller saw.
    pub expected_version: i64,
    /// The new parent; without it the category becomes a root.
    pub parent_id: Option<ID>,
}

/// A category to delete.
#[derive(InputObject)]
pub struct CategoryDeleteInput {
    /// The category.
    pub id: ID,
    /// The version the caller saw.
    pub expected_version: i64,
}

payload! {
    /// What became of `categoryCreate`.
    CategoryCreatePayload {
        /// The new category.
        category: Category
    }
    /// What became of `categoryEdit`.
    CategoryEditPayload {
        /// The changed category.
        category: Category
    }
    /// What became of `categoryMove`.
    CategoryMovePayload {
        /// The category in its new place.
        category: Category
    }
    /// What became of `categoryDelete`.
    CategoryDeletePayload {
        /// The deleted category.
        category: Category
    }
}

/// Changing the category tree.
#[derive(Default)]
pub struct CategoriesMutation;

#[Object]
impl CategoriesMutation {
    /// Creates a category.
    async fn category_create(&self, gql: &Context<'_>, input: CategoryCreateInput) -> Gql<CategoryCreatePayload> {
        let ctx = ctx(gql)?;
        let result = async {
            let parent_id = input::optional_id("parentId", input.parent_id.as_ref())?;
            let CategoryCreateInput { name, slug, position, .. } = input;
            command::category_create(ctx, CategoryCreate { parent_id, name, slug, position }).await
        };
        respond(gql, Box::pin(result).await.map(Category))
    }

    /// Changes name, slug or place of a category.
    async fn category_edit(&self, gql: &Context<'_>, input: CategoryEditInput) -> Gql<CategoryEditPayload> {
        let ctx = ctx(gql)?;
        let result = async {
            let CategoryEditInput { id, expected_version, name, slug, position } = input;
            let id = input::id("id", &id)?;
            command::category_edit(ctx, CategoryEdit { id, expected_version, name, slug, position }).await
        };
        respond(gql, Box::pin(result).await.map(Category))
    }

    /// Moves a category with everything below it.
    async fn category_move(&self, gql: &Context<'_>, input: CategoryMoveInput) -> Gql<CategoryMovePayload> {
        let ctx = ctx(gql)?;
        let result = async {
            let id = input::id("id", &input.id)?;
            let parent_id = input::optional_id("parentId", input.parent_id.as_ref())?;
            let expected_version = input.expected_version;
            command::category_move(ctx, CategoryMove { id, expected_version, parent_id }).await
        };
        respond(gql, Box::pin(result).await.map(Category))
    }

    /// Deletes a category that has neither children nor products.
    async fn category_delete(&self, gql: &Context<'_>, input: CategoryDeleteInput) -> Gql<CategoryDeletePayload> {
        let ctx = ctx(gql)?;
        let result = async { command::category_delete(ctx, input::id("id", &input.id)?, input.expected_version).await };
        respond(gql, Box::pin(result).await.map(Category))
    }
}
