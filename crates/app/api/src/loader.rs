//! Batches the rows that a document asks for one by one: one statement a relation.
//!
//! Loaders live for one request and hold its context, so nothing crosses from one caller to another.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use async_graphql::runtime::{Timer, TokioSpawner};
use context::Ctx;
use futures::future::{BoxFuture, FutureExt as _};
use kernel::{Fault, FaultKind};

use crate::error::{Gql, answer};

/// A fault shared by all rows of a batch.
#[derive(Clone)]
pub struct LoadError(Arc<dyn Fault>);

impl LoadError {
    /// Wraps the fault of a query.
    pub fn new(fault: impl Fault) -> Self {
        Self(Arc::new(fault))
    }
}

impl fmt::Debug for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for LoadError {}

impl Fault for LoadError {
    fn kind(&self) -> FaultKind {
        self.0.kind()
    }
    fn code(&self) -> &'static str {
        self.0.code()
    }
    fn field(&self) -> Option<String> {
        self.0.field()
    }
    fn details(&self) -> Option<serde_json::Value> {
        self.0.details()
    }
}

/// A batch loader that can be made from the context of a request.
pub trait OfRequest: Send + Sync + 'static {
    /// The loader of this request.
    fn of(ctx: Ctx) -> Self;
}

/// The loaders of one request, made when first used.
pub struct Loaders {
    ctx: Ctx,
    made: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Loaders {
    /// No loader yet.
    #[must_use]
    pub fn new(ctx: Ctx) -> Self {
        Self { ctx, made: Mutex::new(HashMap::new()) }
    }

    fn get<L: OfRequest>(&self) -> Option<Arc<DataLoader<L, HashMapCache>>> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let any = made.entry(TypeId::of::<L>()).or_insert_with(|| {
            let loader = L::of(self.ctx.clone());
            Arc::new(DataLoader::with_cache(loader, TokioSpawner::current(), YieldTimer, HashMapCache::default()))
        });
        any.clone().downcast().ok()
    }
}

/// Lets the other resolvers of the same level run before a batch is sent. The library's timer waits a whole
/// millisecond a level, which is more than the query takes.
struct YieldTimer;

impl Timer for YieldTimer {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        async {
            for _ in 0..2 {
                tokio::task::yield_now().await;
            }
        }
        .boxed()
    }
}

/// Loads one row through the batch loader `L`.
///
/// Boxed: the library puts each field of a document into a box as large as the largest resolver of its object.
///
/// # Errors
/// The fault of the query, as a top-level error.
pub async fn load<L, K>(gql: &Context<'_>, key: K) -> Gql<Option<L::Value>>
where
    L: OfRequest + Loader<K, Error = LoadError>,
    K: Send + Sync + Hash + Eq + Clone + 'static,
{
    let loader = loader::<L>(gql)?;
    answer(gql, Box::pin(loader.load_one(key)).await)
}

/// Loads several rows through the batch loader `L`; what does not exist is left out.
///
/// # Errors
/// The fault of the query, as a top-level error.
pub async fn load_many<L, K>(gql: &Context<'_>, keys: Vec<K>) -> Gql<HashMap<K, L::Value>>
where
    L: OfRequest + Loader<K, Error = LoadError>,
    K: Send + Sync + Hash + Eq + Clone + 'static,
{
    let loader = loader::<L>(gql)?;
    answer(gql, Box::pin(loader.load_many(keys)).await)
}

fn loader<L: OfRequest>(gql: &Context<'_>) -> Gql<Arc<DataLoader<L, HashMapCache>>> {
    let loaders = gql.data::<Loaders>()?;
    answer(gql, loaders.get::<L>().ok_or_else(|| context::Error::internal("a loader of another type")))
}

/// What does not exist stays unknown.
pub(crate) fn as_found<K, V>(found: HashMap<K, V>, _: &[K]) -> HashMap<K, V> {
    found
}

/// What has no rows gets an empty list: only what is in the answer is remembered for the rest of the document.
pub(crate) fn with_empty<K: Copy + Eq + Hash, V>(mut found: HashMap<K, Vec<V>>, keys: &[K]) -> HashMap<K, Vec<V>> {
    for key in keys {
        found.entry(*key).or_default();
    }
    found
}

/// Loaders over the batch queries of a domain: `Name: Key => Value, query, as_found` or `with_empty`.
macro_rules! loaders {
    ($($(#[$doc:meta])* $name:ident: $key:ty => $value:ty, $query:path, $complete:path;)*) => {$(
        $(#[$doc])*
        pub struct $name(::context::Ctx);

        impl $crate::loader::OfRequest for $name {
            fn of(ctx: ::context::Ctx) -> Self {
                Self(ctx)
            }
        }

        impl ::async_graphql::dataloader::Loader<$key> for $name {
            type Value = $value;
            type Error = $crate::loader::LoadError;
            async fn load(&self, keys: &[$key]) -> Result<::std::collections::HashMap<$key, $value>, Self::Error> {
                let found = $query(&self.0, keys).await.map_err($crate::loader::LoadError::new)?;
                Ok($complete(found, keys))
            }
        }
    )*};
}
pub(crate) use loaders;
