//! Parcel shops and lockers as clients see them.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use kernel::Invalid;
use marketplace::command::{ImportPickupPoints, PICKUP_POINTS_MAX, import_pickup_points};
use marketplace::query::{self, PickupPointFilter};

use crate::error::{Gql, answer, ctx, respond};
use crate::page::{connection, page_args};
use crate::payload;

/// What kind of place a pickup point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "marketplace::PickupPointKind")]
pub enum PickupPointKind {
    /// People hand parcels over.
    Shop,
    /// A machine does.
    Locker,
}

/// A place where a carrier keeps parcels for buyers.
#[derive(Debug, Clone, SimpleObject)]
pub struct PickupPoint {
    /// The id; a cart's delivery choice refers to it.
    pub id: ID,
    /// The code of its carrier.
    pub carrier: String,
    /// The carrier's own code of it.
    pub code: String,
    /// The name buyers read.
    pub name: String,
    /// What kind of place it is.
    pub kind: PickupPointKind,
    /// Street and number.
    pub line1: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Country, by ISO 3166-1.
    pub country: String,
    /// When it is open, in words.
    pub hours: Option<String>,
    /// Whether it takes new orders. Only the operator sees points that do not.
    pub active: bool,
    /// Grows by one with every change.
    pub version: i64,
}

impl From<marketplace::PickupPoint> for PickupPoint {
    fn from(point: marketplace::PickupPoint) -> Self {
        let place = point.place;
        Self {
            id: point.id.to_string().into(),
            carrier: point.carrier,
            code: place.code,
            name: place.name,
            kind: place.kind.into(),
            line1: place.line1,
            postal_code: place.postal_code,
            city: place.city,
            country: place.country,
            hours: place.hours,
            active: point.active,
            version: point.version,
        }
    }
}

/// Which pickup points.
#[derive(Debug, InputObject)]
pub struct PickupPointFilterInput {
    /// In this country, by ISO 3166-1.
    pub country: String,
    /// With this postal code, or one that starts like this.
    pub postal_code: Option<String>,
    /// Of the carrier with this code.
    pub carrier: Option<String>,
}

/// A pickup point as its carrier publishes it.
#[derive(Debug, InputObject)]
pub struct PickupPointInput {
    /// The carrier's own code of it.
    pub code: String,
    /// The name buyers read.
    pub name: String,
    /// What kind of place it is.
    #[graphql(default_with = "PickupPointKind::Shop")]
    pub kind: PickupPointKind,
    /// Street and number.
    pub line1: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Country, by ISO 3166-1.
    pub country: String,
    /// When it is open, in words.
    pub hours: Option<String>,
    /// Whether it takes new orders.
    #[graphql(default = true)]
    pub active: bool,
}

/// Pickup points of a carrier.
#[derive(Debug, InputObject)]
pub struct PickupPointsImportInput {
    /// The code of the carrier.
    pub carrier: String,
    /// One to 500 points; those of a known code are changed, the others made.
    pub points: Vec<PickupPointInput>,
}

impl PickupPointsImportInput {
    fn read(self) -> Result<ImportPickupPoints, Invalid> {
        if self.points.len() > PICKUP_POINTS_MAX {
            return Err(Invalid::new("points", "OUT_OF_RANGE", format!("must have 1 to {PICKUP_POINTS_MAX} entries")));
        }
        let point = |point: PickupPointInput| {
            let place = marketplace::PickupPlace {
                code: point.code,
                name: point.name,
                kind: point.kind.into(),
                line1: point.line1,
                postal_code: point.postal_code,
                city: point.city,
                country: point.country,
                hours: point.hours,
            };
            (place, point.active)
        };
        Ok(ImportPickupPoints { carrier: self.carrier, points: self.points.into_iter().map(point).collect() })
    }
}

/// What an import of pickup points did.
#[derive(Debug, Clone, SimpleObject)]
pub struct ImportedPickupPoints {
    /// Points that were not known.
    pub created: u64,
    /// Points that are different now.
    pub changed: u64,
    /// Points that were known as they are.
    pub unchanged: u64,
}

payload! {
    /// What became of `pickupPointsImport`.
    PickupPointsImportPayload {
        /// What it did.
        imported: ImportedPickupPoints }
}

/// Questions about pickup points.
#[derive(Default)]
pub struct PickupPointQuery;

#[Object]
impl PickupPointQuery {
    /// Pickup points of a country by postal code. Storefronts see the active ones.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn pickup_points(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which pickup points.")] filter: PickupPointFilterInput,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, PickupPoint>> {
        let page = answer(gql, page_args(first, after))?;
        let PickupPointFilterInput { country, postal_code, carrier } = filter;
        let filter = PickupPointFilter { country, postal_code, carrier };
        Ok(connection(answer(gql, query::pickup_points(ctx(gql)?, &filter, &page).await)?, PickupPoint::from))
    }
}

/// Changes of pickup points.
#[derive(Default)]
pub struct PickupPointMutation;

#[Object]
impl PickupPointMutation {
    /// Takes pickup points of a carrier in, all or none. The same import again changes nothing.
    async fn pickup_points_import(
        &self,
        gql: &Context<'_>,
        input: PickupPointsImportInput,
    ) -> Gql<PickupPointsImportPayload> {
        let ctx = ctx(gql)?;
        let done = async { import_pickup_points(ctx, input.read()?).await };
        respond(
            gql,
            Box::pin(done).await.map(|done| ImportedPickupPoints {
                created: done.created,
                changed: done.changed,
                unchanged: done.unchanged,
            }),
        )
    }
}
