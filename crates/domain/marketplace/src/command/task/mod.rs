//! Tasks: what Souk opens and closes for what happened, what people do with them, and the clock.

mod assign;
mod bulk;
mod change;
mod clock;
mod create;
mod step;
mod system;
mod view;

pub use assign::{AssignTask, Staff, assign_task};
pub use bulk::{BULK_MAX, BulkResult, BulkStep, change_tasks};
pub use clock::{Ticked, tick};
pub use create::{CreateTask, create_task};
pub use step::{
    Direct, ResolveTask, Seen, direct_task, note_task, pause_task, reopen_task, resolve_task, respond_task, resume_task,
};
pub use system::{EnsureTask, ensure, resume, settle, wait};
pub use view::{SaveTaskView, remove_task_view, save_task_view};
