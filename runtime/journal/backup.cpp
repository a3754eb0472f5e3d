// Taking, checking and removing backups: see backup.h.
#include "runtime/journal/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "runtime/journal/data_folder.h"
#include "runtime/journal/log_image.h"
#include "runtime/store/store_image.h"

namespace endcap {
namespace {

using Kind = JournalError::Kind;
namespace fs = std::filesystem;

constexpr const char* kMark = "endcap-backups";
constexpr std::string_view kMarkLine = "endcap backups 1\n";
constexpr std::string_view kList = "backup-", kUnfinished = "new-";

std::unexpected<JournalError> refused(Kind kind, std::string message) {
  return std::unexpected(JournalError{kind, std::move(message)});
}

std::unexpected<JournalError> cannot(const fs::path& folder, std::string_view doing, const std::string& why) {
  return refused(Kind::Io, fmt::format("The backup folder {} can't be used ({}: {}). Check the path and its "
                                       "permissions.",
                                       folder.string(), doing, why));
}

std::string list_name(uint64_t id) { return fmt::format("{}{:08}", kList, id); }

std::optional<uint64_t> list_id(std::string_view name) {
  uint64_t id = 0;
  if (!name.starts_with(kList)) return {};
  name.remove_prefix(kList.size());
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  if (error != std::errc() || end != name.data() + name.size() || id == 0) return {};
  return id;
}

std::expected<std::vector<std::string>, JournalError> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    names.push_back(entry->path().filename().string());
  if (error) return cannot(folder, "listing it", error.message());
  std::ranges::sort(names);
  return names;
}

std::expected<void, JournalError> begin_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder / "files", error);
  if (error) return cannot(folder, "making it", error.message());
  if (auto done = write_stored(folder / kMark, kMarkLine); !done) return std::unexpected(done.error());
  return sync_stored_folder(folder);
}

std::expected<void, JournalError> check_folder(const fs::path& folder, bool writes) {
  std::error_code error;
  if (fs::exists(folder / kMark, error)) {
    auto mark = read_stored(folder / kMark);
    if (!mark) return std::unexpected(mark.error());
    if (*mark == kMarkLine) return {};
    if (!kMarkLine.starts_with(*mark))  // or whoever made the folder was killed while it wrote that
      return refused(Kind::WrongFormat,
                     fmt::format("The backups in {} were written by a newer release: use that one, or choose "
                                 "another folder. Nothing was changed.",
                                 folder.string()));
  }
  if (!writes)
    return refused(Kind::WrongFormat,
                   fmt::format("There are no backups in {}: name the folder that `endcap backup` was given.",
                               folder.string()));
  if (fs::exists(folder, error)) {
    auto names = names_in(folder);
    if (!names) return std::unexpected(names.error());
    std::erase_if(*names, [](const std::string& name) {
      return name == "lost+found" || name == "files" || name == kMark;
    });
    if (!names->empty())
      return refused(Kind::WrongFormat,
                     fmt::format("The folder {} holds files that are no backups. Choose an "
                                 "empty or a new folder.",
                                 folder.string()));
  }
  return begin_folder(folder);
}

}  // namespace

std::expected<BackupFolder, JournalError> BackupFolder::open(const fs::path& folder, For what) {
  const bool writes = what == For::Writing;
  if (auto checked = check_folder(folder, writes); !checked) return std::unexpected(checked.error());
  const int lock = ::open((folder / kMark).c_str(), O_RDONLY | O_CLOEXEC);
  if (lock < 0) return cannot(folder, "opening it", std::generic_category().message(errno));
  BackupFolder opened(folder, lock);
  if (::flock(lock, (writes ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
    return refused(Kind::InUse, fmt::format("The backups in {} are in use by another command or a daemon's "
                                            "backup: try again when that is done.",
                                            folder.string()));
  }
  return opened;
}

BackupFolder::BackupFolder(BackupFolder&& other) noexcept
    : folder_(std::move(other.folder_)), lock_(std::exchange(other.lock_, -1)) {}

BackupFolder::~BackupFolder() {
  if (lock_ >= 0) ::close(lock_);
}

std::expected<std::vector<ListedBackup>, JournalError> BackupFolder::list() const {
  auto names = names_in(folder_);
  if (!names) return std::unexpected(names.error());
  std::vector<ListedBackup> listed;
  for (const std::string& name : *names) {
    const auto id = list_id(name);
    if (!id) continue;
    const auto damaged = [&](const std::string& why) {
      return refused(Kind::Corrupt, fmt::format("Backup {} can't be used: {}: {}. Use another one.", *id,
                                                (folder_ / name).string(), why));
    };
    auto text = read_stored(folder_ / name);
    auto backup = text ? read_backup_list(*text) : std::unexpected(text.error().message);
    if (backup && backup->id != *id) backup = std::unexpected("it is the list of another one");
    if (backup) {
      listed.push_back({*id, std::move(*backup)});
    } else {
      listed.push_back({*id, damaged(backup.error())});
    }
  }
  std::ranges::sort(listed, {}, &ListedBackup::id);
  return listed;
}

std::expected<Backup, JournalError> BackupFolder::find(uint64_t id) const {
  auto listed = list();
  if (!listed) return std::unexpected(listed.error());
  if (id == 0 && !listed->empty()) return std::move(listed->back().backup);
  for (ListedBackup& each : *listed) {
    if (each.id == id) return std::move(each.backup);
  }
  return refused(Kind::Io, id == 0
                               ? fmt::format("There is no backup in {} yet.", folder_.string())
                               : fmt::format("There is no backup {} in {}: `endcap backup {} --list` tells "
                                             "which there are.",
                                             id, folder_.string(), folder_.string()));
}

// ---------------------------------------------------------------- taking one

class BackupFolder::Taking {
 public:
  Taking(const BackupFolder& folder, const GoOn& go_on) : folder_(folder), go_on_(go_on) {}

  std::expected<Backup, JournalError> run(const BackupSource& source, uint64_t id) {
    std::expected<std::unique_ptr<StoreImage>, StoreError> tables = nullptr;
    auto log = source.journal.image([&] { tables = source.store.image(); });
    if (!log) return std::unexpected(log.error());
    if (!tables) return refused(Kind::Io, tables.error().message);

    backup_.id = id;
    backup_.taken = source.taken;
    backup_.as_of = source.as_of;
    backup_.partitions = source.partitions;
    for (size_t i = 0; i < log->segments.size(); ++i) {  // first: they may be gone from the folder soon
      auto content = read_segment(*log, i);
      if (!content) return std::unexpected(content.error());
      if (auto added = add_content("journal/" + log->segments[i].name, *content); !added)
        return std::unexpected(added.error());
    }
    if (auto added = add_content(kDataFormatFile, data_format_note(source.format)); !added)
      return std::unexpected(added.error());
    for (const StoreFile& file : (*tables)->files) {
      if (auto added = add_store_file((*tables)->folder, file); !added) return std::unexpected(added.error());
    }
    return std::move(backup_);
  }

  void know(const Backup& earlier) {
    for (const BackupFile& file : earlier.files) {
      contents_.insert(file.content.sha256);
      if (!file.identity.empty()) known_[file.identity] = file.content;
    }
  }

 private:
  using Result = std::expected<void, JournalError>;

  Result add_store_file(const fs::path& store, const StoreFile& file) {
    const std::string name = "store/" + file.name;
    const fs::path from = store / file.name;
    if (file.content) return add_content(name, *file.content);
    std::string identity;
    if (file.is_table) {
      auto told = table_identity(from);
      if (!told) return refused(Kind::Corrupt, told.error().message);
      identity = *told;
      if (const auto known = known_.find(identity); known != known_.end() && is_there(known->second)) {
        backup_.files.push_back({name, known->second, identity});
        return {};
      }
    }
    auto copied = copy_stored(from, file.bytes, unfinished(), go_on_);
    if (!copied) return std::unexpected(copied.error());
    if (file.is_table) {
      if (auto sound = verify_table(unfinished()); !sound)
        return refused(Kind::Corrupt,
                       fmt::format("{} is damaged, or its copy: {}", from.string(), sound.error().message));
    }
    return keep(name, *copied, identity);
  }

  Result add_content(const std::string& name, std::string_view content) {
    auto written = write_stored(unfinished(), content);
    if (!written) return std::unexpected(written.error());
    return keep(name, *written, {});
  }

  // What is on the disk is what was meant to be, or it is not a backup.
  Result keep(const std::string& name, const HashedFile& file, const std::string& identity) {
    auto stored = hash_stored(unfinished(), go_on_);
    if (!stored) return std::unexpected(stored.error());
    if (stored->sha256 != file.sha256)
      return refused(Kind::Corrupt,
                     fmt::format("The copy of {} in {} is not what was written: that disk can't be "
                                 "trusted.",
                                 name, folder_.path().string()));
    std::error_code error;
    fs::rename(unfinished(), folder_.content(file.sha256), error);
    if (error) return cannot(folder_.path(), "renaming a file", error.message());
    if (contents_.insert(file.sha256).second) {
      ++backup_.copied_files;
      backup_.copied_bytes += file.bytes;
    }
    backup_.files.push_back({name, file, identity});
    return {};
  }

  bool is_there(const HashedFile& file) const {
    std::error_code error;
    return fs::file_size(folder_.content(file.sha256), error) == file.bytes && !error;
  }
  fs::path unfinished() const { return folder_.content(std::string(kUnfinished)); }

  const BackupFolder& folder_;
  const GoOn& go_on_;
  Backup backup_;
  std::map<std::string, HashedFile> known_;  // tables, by their identity
  std::set<std::string> contents_;           // of earlier backups, and of this one so far
};

std::expected<Backup, JournalError> BackupFolder::take(const BackupSource& source, const GoOn& go_on) {
  auto listed = list();
  if (!listed) return std::unexpected(listed.error());
  Taking taking(*this, go_on);
  for (const ListedBackup& each : *listed) {
    if (each.backup) taking.know(*each.backup);
  }
  const uint64_t id = listed->empty() ? 1 : listed->back().id + 1;
  auto backup = taking.run(source, id);
  if (!backup) {
    (void)remove_unused();
    return backup;
  }
  if (auto done = sync_stored_folder(folder_ / "files"); !done) return std::unexpected(done.error());
  const fs::path list = folder_ / list_name(id), unfinished = folder_ / std::string(kUnfinished);
  if (auto done = write_stored(unfinished, backup_list(*backup)); !done) return std::unexpected(done.error());
  std::error_code error;
  fs::rename(unfinished, list, error);
  if (error) return cannot(folder_, "renaming the list", error.message());
  if (auto done = sync_stored_folder(folder_); !done) return std::unexpected(done.error());
  if (auto done = remove_unused(); !done) return std::unexpected(done.error());
  return backup;
}

// What a list that can't be read needs nobody knows: nothing is removed then.
std::expected<void, JournalError> BackupFolder::remove_unused() {
  auto listed = list();
  if (!listed) return std::unexpected(listed.error());
  std::set<std::string> used;
  for (const ListedBackup& each : *listed) {
    if (!each.backup) return {};
    for (const BackupFile& file : each.backup->files) used.insert(file.content.sha256);
  }
  auto names = names_in(folder_ / "files");
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    std::error_code error;
    if (!used.contains(name)) fs::remove(folder_ / "files" / name, error);
    if (error) return cannot(folder_, "removing " + name, error.message());
  }
  return {};
}

// ---------------------------------------------------------------- what becomes of them

std::expected<void, JournalError> BackupFolder::verify(const Backup& backup, const GoOn& go_on) const {
  for (const BackupFile& file : backup.files) {
    const fs::path path = content(file.content.sha256);
    auto found = hash_stored(path, go_on);
    if (found && found->sha256 == file.content.sha256) continue;
    return refused(Kind::Corrupt, fmt::format("Backup {} is damaged: {} ({}) {}. Use another backup.",
                                              backup.id, path.string(), file.name,
                                              found ? "is not as it was written"
                                                    : "can't be read: " + found.error().message));
  }
  return {};
}

std::expected<size_t, JournalError> BackupFolder::keep(size_t newest) {
  auto listed = list();
  if (!listed) return std::unexpected(listed.error());
  size_t kept = 0, removed = 0;
  for (auto each = listed->rbegin(); each != listed->rend(); ++each) {
    if (kept < newest) {
      kept += each->backup ? 1 : 0;
      continue;
    }
    std::error_code error;
    fs::remove(folder_ / list_name(each->id), error);
    if (error) return cannot(folder_, "removing an old backup", error.message());
    ++removed;
  }
  // A list is gone for good before what it names goes.
  if (auto done = sync_stored_folder(folder_); !done) return std::unexpected(done.error());
  if (auto done = remove_unused(); !done) return std::unexpected(done.error());
  return removed;
}

std::expected<void, JournalError> BackupFolder::copy_to(const Backup& backup, const fs::path& to,
                                                        const GoOn& go_on) const {
  std::set<fs::path> folders = {to};
  for (const BackupFile& file : backup.files) {
    const fs::path path = to / file.name;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error)
      return refused(Kind::Io, fmt::format("The folder {} can't be made: {}.", path.parent_path().string(),
                                           error.message()));
    folders.insert(path.parent_path());
    auto copied = copy_stored(content(file.content.sha256), UINT64_MAX, path, go_on);
    if (!copied) return std::unexpected(copied.error());
    if (copied->sha256 != file.content.sha256)
      return refused(Kind::Corrupt,
                     fmt::format("Backup {} is damaged: {} is not as it was written. Use another "
                                 "backup.",
                                 backup.id, file.name));
  }
  for (const fs::path& folder : folders) {
    if (auto done = sync_stored_folder(folder); !done) return done;
  }
  return {};
}

}  // namespace endcap
