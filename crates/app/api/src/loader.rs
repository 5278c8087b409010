//! Batches the rows that a document asks for one by one: one statement a relation.
//!
//! Loaders live for one request and hold its context, so nothing crosses from one caller to another.

use std::any::{Any, TypeId};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::Context;
use context::Ctx;
use futures::future::{BoxFuture, FutureExt as _, Shared};
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

/// Finds many rows at once.
pub trait Loader<K>: OfRequest {
    /// What is found; cloned for each resolver that asks for it, so what is large or asked for often is shared.
    type Value: Clone + Send + Sync + 'static;

    /// What is found of these keys, which are all different.
    fn load(&self, keys: &[K]) -> impl Future<Output = Result<HashMap<K, Self::Value>, LoadError>> + Send;
}

/// The most keys of one statement.
const BATCH_MAX: usize = 1_000;

/// A batch that was not answered yet.
type Pending = Shared<BoxFuture<'static, Result<(), LoadError>>>;

/// What a loader was asked in this request.
///
/// Not the library's `DataLoader`: that one clones each value three times, and builds hash sets for each look at what it
/// knows already. A storefront page looks some 300 times.
struct Asked<L: Loader<K>, K> {
    loader: L,
    state: Mutex<State<K, L::Value>>,
}

struct State<K, V> {
    /// What was found; `None` where nothing is.
    known: HashMap<K, Option<V>>,
    /// What the next batch asks for.
    wanted: HashSet<K>,
    pending: Option<Pending>,
}

impl<L, K> Asked<L, K>
where
    L: Loader<K>,
    K: Send + Sync + Hash + Eq + Clone + 'static,
{
    fn new(loader: L) -> Self {
        let state = State { known: HashMap::new(), wanted: HashSet::new(), pending: None };
        Self { loader, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State<K, L::Value>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The batch to wait for until all of these are known.
    fn missing(self: &Arc<Self>, keys: &[K]) -> Option<Pending> {
        let mut state = self.state();
        let unknown: Vec<K> = keys.iter().filter(|key| !state.known.contains_key(key)).cloned().collect();
        if unknown.is_empty() {
            return None;
        }
        state.wanted.extend(unknown);
        Some(state.pending.get_or_insert_with(|| Self::send(Arc::clone(self))).clone())
    }

    /// The next batch, in a task of its own: each wait of the document's task makes the library walk through all of the
    /// document that is still open.
    fn send(asked: Arc<Self>) -> Pending {
        let batch = async move {
            // Lets the other resolvers of the same level ask before it is sent.
            for _ in 0..2 {
                tokio::task::yield_now().await;
            }
            asked.answer().await
        };
        let lost = |_| LoadError::new(context::Error::internal("a batch ended without an answer"));
        tokio::spawn(batch).map(move |ended| ended.map_err(lost)?).boxed().shared()
    }

    async fn answer(&self) -> Result<(), LoadError> {
        let wanted: Vec<K> = {
            let mut state = self.state();
            state.pending = None;
            state.wanted.drain().collect()
        };
        for keys in wanted.chunks(BATCH_MAX) {
            let mut found = self.loader.load(keys).await?;
            let found = keys.iter().map(|key| (key.clone(), found.remove(key)));
            self.state().known.extend(found);
        }
        Ok(())
    }

    async fn one(self: Arc<Self>, key: K) -> Result<Option<L::Value>, LoadError> {
        if let Some(pending) = self.missing(std::slice::from_ref(&key)) {
            pending.await?;
        }
        Ok(self.state().known.get(&key).cloned().flatten())
    }

    async fn many(self: Arc<Self>, keys: Vec<K>) -> Result<HashMap<K, L::Value>, LoadError> {
        if let Some(pending) = self.missing(&keys) {
            pending.await?;
        }
        let state = self.state();
        let found = |key: K| state.known.get(&key).cloned().flatten().map(|value| (key, value));
        Ok(keys.into_iter().filter_map(found).collect())
    }
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

    fn get<L, K>(&self) -> Option<Arc<Asked<L, K>>>
    where
        L: Loader<K>,
        K: Send + Sync + Hash + Eq + Clone + 'static,
    {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let any = made.entry(TypeId::of::<Asked<L, K>>());
        let any = any.or_insert_with(|| Arc::new(Asked::<L, K>::new(L::of(self.ctx.clone()))));
        any.clone().downcast().ok()
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
    L: Loader<K>,
    K: Send + Sync + Hash + Eq + Clone + 'static,
{
    let loader = loader::<L, K>(gql)?;
    answer(gql, Box::pin(loader.one(key)).await)
}

/// Loads several rows through the batch loader `L`; what does not exist is left out.
///
/// # Errors
/// The fault of the query, as a top-level error.
pub async fn load_many<L, K>(gql: &Context<'_>, keys: Vec<K>) -> Gql<HashMap<K, L::Value>>
where
    L: Loader<K>,
    K: Send + Sync + Hash + Eq + Clone + 'static,
{
    let loader = loader::<L, K>(gql)?;
    answer(gql, Box::pin(loader.many(keys)).await)
}

fn loader<L, K>(gql: &Context<'_>) -> Gql<Arc<Asked<L, K>>>
where
    L: Loader<K>,
    K: Send + Sync + Hash + Eq + Clone + 'static,
{
    let loaders = gql.data::<Loaders>()?;
    answer(gql, loaders.get::<L, K>().ok_or_else(|| context::Error::internal("a loader of another type")))
}

/// Loaders over the batch queries of a domain: `Name: Key => Value, query`. The value may be an `Arc`
/// of what the query finds, or of the slice of a list.
macro_rules! loaders {
    ($($(#[$doc:meta])* $name:ident: $key:ty => $value:ty, $query:path;)*) => {$(
        $(#[$doc])*
        pub struct $name(::context::Ctx);

        impl $crate::loader::OfRequest for $name {
            fn of(ctx: ::context::Ctx) -> Self {
                Self(ctx)
            }
        }

        impl $crate::loader::Loader<$key> for $name {
            type Value = $value;
            async fn load(
                &self,
                keys: &[$key],
            ) -> Result<::std::collections::HashMap<$key, $value>, $crate::loader::LoadError> {
                let found = $query(&self.0, keys).await.map_err($crate::loader::LoadError::new)?;
                Ok(found.into_iter().map(|(key, value)| (key, value.into())).collect())
            }
        }
    )*};
}
pub(crate) use loaders;
