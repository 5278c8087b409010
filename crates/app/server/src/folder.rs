//! The data folder of a demo: database, objects, mails and secrets in one place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Format as _, Toml};
use serde::Deserialize;
use storage::embedded::Keys;

use crate::node::StartError;
use crate::settings::Settings;

/// A data folder.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

/// Keeps other processes from answering on the same folder; freed when dropped, also by a crash.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

/// What is made at random when the folder is first used.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// Key pair of the storage inside the process.
    pub storage: Keys,
    /// Signs the webhooks of the sandbox card.
    pub webhook: String,
}

impl Folder {
    /// Makes the folder when it is missing, readable by its owner only.
    ///
    /// # Errors
    /// It cannot be made, or is a file.
    pub fn create(path: &Path) -> Result<Self, StartError> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| failed(path, error))?;
        let path = path.canonicalize().map_err(|error| failed(path, error))?;
        Ok(Self { path })
    }

    /// A folder that a demo has made before.
    ///
    /// # Errors
    /// There is no database in it.
    pub fn existing(path: &Path) -> Result<Self, StartError> {
        let folder = Self { path: path.canonicalize().map_err(|error| failed(path, error))? };
        if folder.database().is_file() {
            Ok(folder)
        } else {
            Err(failed(path, "is no data folder of souk: there is no souk.db in it"))
        }
    }

    /// Takes the folder for this process.
    ///
    /// # Errors
    /// Another process has it.
    pub fn lock(&self) -> Result<FolderLock, StartError> {
        let path = self.path.join("lock");
        let file = File::create(&path).map_err(|error| failed(&path, error))?;
        file.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => failed(&self.path, "another souk works on this folder"),
            fs::TryLockError::Error(error) => failed(&path, error),
        })?;
        Ok(FolderLock { _file: file })
    }

    /// The secrets of the folder, made at the first call.
    ///
    /// # Errors
    /// The file cannot be read, written or understood.
    pub fn secrets(&self) -> Result<Secrets, StartError> {
        let path = self.path.join("secrets.toml");
        if !path.exists() {
            write_secrets(&path).map_err(|error| failed(&path, error))?;
        }
        owners_alone(&path)?;
        Figment::from(Toml::file_exact(&path)).extract().map_err(|error| failed(&path, error))
    }

    /// The key that seals secrets of this folder, in the form of settings; made at the first call.
    ///
    /// # Errors
    /// The file cannot be read or written, or others may read it.
    pub fn secret_key(&self) -> Result<String, StartError> {
        let path = self.path.join("secret.key");
        if !path.exists() {
            let text = format!("demo:{}\n", context::random_key());
            write_once(&path, &text).map_err(|error| failed(&path, error))?;
        }
        owners_alone(&path)?;
        Ok(fs::read_to_string(&path).map_err(|error| failed(&path, error))?.trim().to_owned())
    }

    /// The file of the database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.path.join("souk.db")
    }

    /// Where the storage keeps objects.
    #[must_use]
    pub fn objects(&self) -> PathBuf {
        self.path.join("objects")
    }

    /// Where mails are written to.
    #[must_use]
    pub fn mails(&self) -> PathBuf {
        self.path.join("mails")
    }

    /// Lets `settings` work on the database of this folder.
    pub fn apply(&self, settings: &mut Settings) {
        settings.database.url = format!("sqlite:{}", self.database().display());
    }
}

/// The folder itself.
impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

fn owners_alone(path: &Path) -> Result<(), StartError> {
    let mode = fs::metadata(path).map_err(|error| failed(path, error))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(failed(path, "others may read it: make it yours alone with `chmod 600`"));
    }
    Ok(())
}

fn write_secrets(path: &Path) -> io::Result<()> {
    let Keys { access_key, secret_key } = Keys::random();
    let webhook = Keys::random().secret_key;
    let text = format!(
        "# Made at the first start. Without it, links to objects that were given out stop working.\n\
         webhook = \"{webhook}\"\n\n[storage]\naccess_key = \"{access_key}\"\nsecret_key = \"{secret_key}\"\n"
    );
    write_once(path, &text)
}

/// Written beside and then renamed: a crash leaves a whole file or none.
fn write_once(path: &Path, text: &str) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(part, path)
}

fn failed(path: &Path, reason: impl ToString) -> StartError {
    StartError::Folder { path: path.display().to_string(), reason: reason.to_string() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_made_once_and_are_the_owners_alone() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::create(&temp.path().join("a/b")).unwrap();
        let first = folder.secrets().unwrap();
        let again = folder.secrets().unwrap();
        assert_eq!((&first.storage, &first.webhook), (&again.storage, &again.webhook));
        assert!(first.webhook.len() >= 32);
        let file = folder.as_ref().join("secrets.toml");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(folder.secrets().unwrap_err().to_string().contains("chmod 600"));
    }

    #[test]
    fn the_key_is_made_once_and_is_the_owners_alone() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::create(temp.path()).unwrap();
        let key = folder.secret_key().unwrap();
        assert_eq!(folder.secret_key().unwrap(), key);
        assert!(context::Vault::of(&[key]).unwrap().can_seal());
        let file = folder.as_ref().join("secret.key");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(folder.secret_key().unwrap_err().to_string().contains("chmod 600"));
    }

    #[test]
    fn one_process_has_the_folder() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::create(temp.path()).unwrap();
        let lock = folder.lock().unwrap();
        assert!(folder.lock().unwrap_err().to_string().ends_with("another souk works on this folder"));
        drop(lock);
        assert!(folder.lock().is_ok());
    }

    #[test]
    fn a_folder_without_a_database_is_no_data_folder() {
        let temp = tempfile::tempdir().unwrap();
        assert!(Folder::existing(temp.path()).is_err());
        assert!(Folder::existing(&temp.path().join("nowhere")).is_err());
    }
}
