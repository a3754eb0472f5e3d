// endcap restore: a data folder made of a backup.
#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "runtime/engine/restored.h"
#include "runtime/journal/backup.h"
#include "runtime/journal/data_folder.h"
#include "runtime/journal/local_log.h"
#include "tools/endcap/commands.h"
#include "tools/endcap/host.h"

namespace endcap::command {
namespace {

namespace fs = std::filesystem;

struct RestoreOptions {
  std::string folder, data;
  uint64_t one = 0;
};

constexpr const char* kUnfinished = ".restoring";  // behind the name of the data folder

constexpr const char* kMeaning =
    "What happened after that is not in it, but other systems may know of it:\n"
    "  - calls that were under way are taken up: keyed ones are sent with the same key again, queryable\n"
    "    ones are asked for first, unsafe ones become a person's task;\n"
    "  - what was not begun by then is done again. Where its approval or its instance came later it has a\n"
    "    key of its own, and other systems take it for something new: look at what their ledgers have from\n"
    "    then on before the daemon is started;\n"
    "  - starts, decisions and events that were acknowledged later are gone; sent again with the same ids\n"
    "    they count once;\n"
    "  - numbers that may have been given out since are not given out again.\n";

std::unexpected<Refused> refuse_restore(const JournalError& error) {
  return refuse(error.kind == JournalError::Kind::Corrupt ? kFindings : exit_code_of(error.kind),
                error.message);
}

// Nothing is there but perhaps an empty folder.
std::expected<void, Refused> check_target(const fs::path& data) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(data, error))) return {};
  if (fs::is_directory(data, error) && fs::is_empty(data, error) && !error) return {};
  return refuse(kConflict,
                fmt::format("{} is not empty. A backup is restored to a new folder: name another with "
                            "--data, or move this one away. Nothing was changed.",
                            data.string()));
}

// What a restore that was interrupted left goes; somebody else's folder of that name does not.
std::expected<void, Refused> begin_anew(const fs::path& unfinished) {
  std::error_code error;
  for (auto entry = fs::directory_iterator(unfinished, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name != "store" && name != "journal" && name != "lock" && name != kDataFormatFile)
      return refuse(kConflict,
                    fmt::format("{} is where the data is made first, and holds {}: move it away. Nothing "
                                "was changed.",
                                unfinished.string(), name));
  }
  fs::remove_all(unfinished, error);
  if (!error) fs::create_directories(unfinished, error);
  if (error)
    return refuse(kInternal,
                  fmt::format("The folder {} can't be made anew: {}.", unfinished.string(), error.message()));
  return {};
}

// As a daemon does it, so that what a daemon would refuse is not called restored.
std::expected<Restored, Refused> take_up(const fs::path& folder, uint16_t partitions) {
  auto data = DataFolder::open(folder);
  if (!data) return refuse_restore(data.error());
  auto disk = open_disk(data->journal());
  if (!disk) return refuse(kInternal, disk.error().message);
  auto journal = open_local_log(**disk, {.partitions = partitions});
  if (!journal) return refuse_restore(journal.error());
  auto store = open_rocksdb_store(data->store(), {.partitions = partitions});
  if (!store) return refuse(kInternal, store.error().message);
  auto restored = take_up_restored(**store, **journal, partitions);
  if (!restored) return refuse(kInternal, restored.error().message);
  return *restored;
}

std::expected<std::pair<Backup, Restored>, Refused> restore(const RestoreOptions& options) {
  const auto always = [] { return true; };
  const fs::path data = fs::path(options.data).lexically_normal();
  if (auto free = check_target(data); !free) return std::unexpected(free.error());
  auto folder = BackupFolder::open(options.folder, BackupFolder::For::Reading);
  if (!folder) return refuse_restore(folder.error());
  auto backup = folder->find(options.one);
  if (!backup) return refuse_restore(backup.error());
  if (auto sound = folder->verify(*backup, always); !sound) return refuse_restore(sound.error());

  fs::path unfinished = data;
  if (!unfinished.has_filename()) unfinished = unfinished.parent_path();
  unfinished += kUnfinished;
  if (auto begun = begin_anew(unfinished); !begun) return std::unexpected(begun.error());
  if (auto copied = folder->copy_to(*backup, unfinished, always); !copied)
    return refuse_restore(copied.error());
  auto restored = take_up(unfinished, backup->partitions);
  if (!restored) return std::unexpected(restored.error());
  if (auto stored = sync_stored_folder(unfinished / "store"); !stored) return refuse_restore(stored.error());
  std::error_code error;
  fs::rename(unfinished, data, error);  // over an empty folder, too
  if (error)
    return refuse(kInternal,
                  fmt::format("{} can't be renamed to {}: {}. It is whole: rename it, or give a folder "
                              "on the same disk that does not exist.",
                              unfinished.string(), data.string(), error.message()));
  if (auto stored = sync_stored_folder(fs::absolute(unfinished).parent_path()); !stored)
    return refuse_restore(stored.error());
  return std::pair(std::move(*backup), *restored);
}

int run_restore(const RestoreOptions& options) {
  auto done = restore(options);
  if (!done) {
    tell(done.error().message);
    return done.error().exit_code;
  }
  const auto& [backup, restored] = *done;
  const std::string text = fmt::format(
      "Backup {} is restored to {}: {} files, all as they were written.\n"
      "It holds everything that was acknowledged until {} (journal time; taken {}).\n{}"
      "Start it with `endcap serve --data {} --partitions {}`.\n",
      backup.id, options.data, backup.files.size(),
      restored.time == 0 ? backup.as_of : instant_to_text(restored.time), backup.taken, kMeaning,
      options.data, backup.partitions);
  return print(text) ? kClean : kInternal;
}

}  // namespace

void add_restore(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RestoreOptions>();
  auto* command = app.add_subcommand("restore", "Make a data folder of a backup");
  command->add_option("FOLDER", options->folder, "Where backups are kept: `endcap backup` made it")
      ->required();
  command->add_option("--data", options->data, "The data folder to make: absent or empty")->required();
  command->add_option("--backup", options->one, "This one, by its number; else the newest")
      ->check(CLI::PositiveNumber);
  command->footer(
      "Everything is checked first, and made beside the data folder: what is there in the end is whole.\n"
      "The daemon whose data it was must not run any more: it would go on beside its own copy.\n"
      "Example:\n  endcap restore /mnt/backups/endcap --data /var/lib/endcap");
  command->callback([options, &exit_code] { exit_code = run_restore(*options); });
}

}  // namespace endcap::command
