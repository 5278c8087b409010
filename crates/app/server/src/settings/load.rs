//! Puts the settings together: defaults, then a file, then the environment.

use std::fmt;
use std::path::Path;

use figment::error::Kind;
use figment::providers::{Format as _, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::Settings;

/// Every setting with its default and a comment.
const DEFAULTS: &str = include_str!("../../../../../config/default.toml");
/// What the names of environment variables start with.
const PREFIX: &str = "SOUK__";
/// Providers of sign-in have codes of the operator's choosing, so the defaults name none of their settings.
const PROVIDERS: &str = "security.oidc.";
/// What each of them has, by type.
const PROVIDER: &str = "name = ''\nissuer = ''\nclient_id = ''\nclient_secret = ''\nredirect_url = ''
allowed_email_domains = []\nsecond_factor_amr = []\nsecond_factor_acr = []";

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The full name: `server.listen`.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Where the value came from, if it came from anywhere.
    pub source: Option<String>,
}

impl Problem {
    pub(crate) fn new(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { name: name.into(), reason: reason.into(), source: None }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.reason)?;
        match &self.source {
            Some(source) => write!(f, " (in {source})"),
            None => Ok(()),
        }
    }
}

/// The settings cannot be used; names all of them that are wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these settings are wrong:{}", lines(.0))]
pub struct SettingsError(pub Vec<Problem>);

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}

/// The variables of this process that name settings.
///
/// # Errors
/// One of them is no text.
#[allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn environment() -> Result<Vec<(String, String)>, SettingsError> {
    let mut found = Vec::new();
    for (name, value) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
        match value.into_string() {
            Ok(value) => found.push((name.to_owned(), value)),
            Err(_) => return Err(SettingsError(vec![Problem::new(name, "is not UTF-8")])),
        }
    }
    found.sort();
    Ok(found)
}

/// Puts the settings together. Their types are checked, not yet their sense: see [`Settings::check`].
///
/// # Errors
/// Names each setting that is unknown or of another type, with its source.
pub fn load(file: Option<&Path>, environment: &[(String, String)]) -> Result<Settings, SettingsError> {
    let mut figment = Figment::from(Toml::string(DEFAULTS));
    if let Some(path) = file {
        if !path.is_file() {
            return Err(SettingsError(vec![Problem::new("--config", format!("there is no file {}", path.display()))]));
        }
        figment = figment.merge(Toml::file_exact(path));
    }
    let defaults = Figment::from(Toml::string(DEFAULTS));
    let mut problems = Vec::new();
    for (variable, text) in environment {
        match Variable::read(variable, text, &defaults) {
            Ok(variable) => figment = figment.merge(variable),
            Err(problem) => problems.push(problem),
        }
    }
    match figment.extract() {
        Ok(settings) if problems.is_empty() => Ok(settings),
        Ok(_) => Err(SettingsError(problems)),
        Err(error) => {
            problems.extend(error.into_iter().map(problem));
            Err(SettingsError(problems))
        }
    }
}

fn problem(error: figment::Error) -> Problem {
    let mut path = error.path.clone();
    // The path ends with the key at fault, or with the section in which it is missing.
    let mut complete = |key: &str| {
        if path.last().is_none_or(|last| last != key) {
            path.push(key.to_owned());
        }
    };
    let reason = match &error.kind {
        Kind::UnknownField(field, expected) => {
            complete(field);
            format!("there is no such setting here, only {}", expected.join(", "))
        }
        Kind::MissingField(field) => {
            complete(field);
            "is missing".to_owned()
        }
        Kind::InvalidType(actual, expected) => format!("must be {expected}, not {actual}"),
        Kind::InvalidValue(actual, expected) => format!("must be {expected}, not {actual}"),
        kind => kind.to_string(),
    };
    let source = error.metadata.as_ref().map(|metadata| match &metadata.source {
        Some(source) => source.to_string(),
        None => metadata.name.to_string(),
    });
    let name = if path.is_empty() { "the file".to_owned() } else { path.join(".") };
    Problem { name, reason, source }
}

/// One environment variable as a source of settings.
struct Variable {
    name: String,
    path: String,
    value: Value,
}

impl Variable {
    /// Reads the text by the type of the default, so that a password of digits stays a text.
    fn read(name: &str, text: &str, defaults: &Figment) -> Result<Self, Problem> {
        let path = name.trim_start_matches(PREFIX).to_lowercase().replace("__", ".");
        let refused = |reason: &str| Problem {
            name: path.clone(),
            reason: reason.to_owned(),
            source: Some(format!("the environment variable {name}")),
        };
        let provider = path.strip_prefix(PROVIDERS).and_then(|rest| rest.split_once('.'));
        let known = match provider {
            Some((_, key)) => Figment::from(Toml::string(PROVIDER)).find_value(key),
            None => defaults.find_value(&path),
        };
        let value = match known {
            Err(_) => return Err(refused("there is no such setting")),
            Ok(Value::Dict(..)) => return Err(refused("is a section; name a setting in it")),
            Ok(Value::Bool(..)) => Value::from(text.parse::<bool>().map_err(|_| refused("must be true or false"))?),
            Ok(Value::Num(..)) => Value::from(text.parse::<i64>().map_err(|_| refused("must be a whole number"))?),
            // Texts of a list stand between commas.
            Ok(Value::Array(..)) => {
                let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
                Value::from(texts.map(str::to_owned).collect::<Vec<_>>())
            }
            Ok(_) => Value::from(text),
        };
        Ok(Self { name: name.to_owned(), path, value })
    }
}

impl Provider for Variable {
    fn metadata(&self) -> Metadata {
        Metadata::named(format!("the environment variable {}", self.name))
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let nested = figment::util::nest(&self.path, self.value.clone());
        let dict = nested.into_dict().unwrap_or_default();
        Ok(Profile::Default.collect(dict))
    }
}
