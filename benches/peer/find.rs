//! Where peers are: in the given directories, as they are installed there by their own package managers, and on the PATH.
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Where programs are below a directory of a project, an environment of Python, or an installation.
const INSIDE: [&str; 3] = ["", "bin", "node_modules/.bin"];

/// All programs with one of the names, in the order in which they are to be tried: directories (and those right below them), then the PATH.
pub fn candidates(names: &[String], directories: &[PathBuf]) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for directory in directories {
        let mut roots: Vec<PathBuf> = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        roots.retain(|path| path.is_dir());
        roots.sort();
        roots.insert(0, directory.clone());
        folders.extend(roots.iter().flat_map(|root| INSIDE.map(|inside| root.join(inside))));
    }
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    let mut found: Vec<PathBuf> = Vec::new();
    for name in names {
        for folder in &folders {
            // An absolute path stands for itself.
            let path = folder.join(name);
            if is_program(&path) && !found.contains(&path) {
                found.push(path);
            }
        }
    }
    found
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_come_before_the_path() {
        let room = tempfile::tempdir().unwrap();
        let make = |path: &str, mode: u32| {
            let path = room.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            path
        };
        let module = make("js/node_modules/.bin/sh", 0o755);
        let bin = make("py/bin/sh", 0o755);
        make("other/sh", 0o644);
        let found = candidates(&["sh".into()], &[room.path().to_path_buf()]);
        assert_eq!(found[..2], [module, bin]);
        assert!(found.len() > 2 && found[2..].iter().all(|path| !path.starts_with(room.path())), "{found:?}");
        assert!(candidates(&["no-such-engine".into()], &[]).is_empty());
    }
}
