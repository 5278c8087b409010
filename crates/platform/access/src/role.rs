//! Roles that are rows: casbin decides over their lines once, when they are loaded.

use std::collections::HashMap;

use casbin::CoreApi;

use crate::bounds::{Bounds, Extent, Limit, Masks};
use crate::policy::{ALL_ROWS, PolicyError, engine};
use crate::{Action, Role};

/// What a line of a role allows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoleLine {
    /// The resource.
    pub resource: String,
    /// The verb.
    pub verb: String,
    /// The part of the rows; `None` for all of them.
    pub limit: Option<Limit>,
}

/// A role that is not in the policy file.
#[derive(Debug, Clone)]
pub struct RolePolicy {
    /// Its name, as seats carry it.
    pub role: Role,
    /// Grows with each change of it.
    pub version: i64,
    /// What it allows.
    pub lines: Vec<RoleLine>,
    /// What is hidden from whoever acts by it.
    pub masks: Masks,
}

/// A role of which all is decided.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) version: i64,
    pub(crate) masks: Masks,
    extents: HashMap<String, HashMap<String, Extent>>,
}

impl Decided {
    /// Asks casbin for every action that a line names. What no line names is refused, as casbin would.
    pub(crate) async fn of(policy: &RolePolicy) -> Result<Self, PolicyError> {
        let name = policy.role.as_str();
        let mut text = String::new();
        for line in &policy.lines {
            let limit = line.limit.map_or_else(|| ALL_ROWS.to_owned(), |limit| limit.to_string());
            text.push_str(&format!("p, {name}, {}, {}, {limit}\n", line.resource, line.verb));
        }
        let enforcer = engine(&text).await?;
        let may = |line: &RoleLine, limit: &str| {
            enforcer.enforce((name, line.resource.as_str(), line.verb.as_str(), limit)).unwrap_or(false)
        };
        let mut extents: HashMap<String, HashMap<String, Extent>> = HashMap::new();
        for line in &policy.lines {
            let extent = match line.limit {
                _ if may(line, ALL_ROWS) => Extent::All,
                Some(limit) if may(line, &limit.to_string()) => Extent::Within(Bounds::new(vec![limit])),
                _ => Extent::No,
            };
            let known = extents.entry(line.resource.clone()).or_default().entry(line.verb.clone());
            let known = known.or_insert(Extent::No);
            *known = std::mem::replace(known, Extent::No).or(extent);
        }
        Ok(Self { version: policy.version, masks: policy.masks, extents })
    }

    pub(crate) fn extent(&self, action: Action) -> Extent {
        let verbs = self.extents.get(action.resource);
        verbs.and_then(|verbs| verbs.get(action.verb)).cloned().unwrap_or(Extent::No)
    }
}
