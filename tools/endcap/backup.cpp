// endcap backup: a copy of a data folder, taken by the daemon that has it or of one that nobody has; and what
// there is of copies.
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "runtime/journal/backup.h"
#include "runtime/journal/data_folder.h"
#include "runtime/journal/local_log.h"
#include "runtime/serve/clock.h"
#include "tools/endcap/host.h"
#include "tools/endcap/talk.h"

namespace endcap::command {
namespace {

namespace fs = std::filesystem;

struct BackupOptions {
  Options talk = std::make_shared<TalkOptions>();
  std::string folder, data;
  uint16_t partitions = 4;
  uint64_t keep = 0, one = 0;
  bool lists = false, verifies = false;
};

using Answered = std::expected<Json, ServerError>;

std::unexpected<ServerError> refuse_backup(const JournalError& error) {
  const ExitCode code = error.kind == JournalError::Kind::Corrupt ? kFindings : exit_code_of(error.kind);
  return std::unexpected(ServerError{code, error.message});
}

bool always() { return true; }

std::string size_text(uint64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  if (bytes < 10'000'000) return fmt::format("{} kB", bytes / 1000);
  return fmt::format("{} MB", bytes / 1'000'000);
}

Json json_of(const Backup& backup) {
  return {{"backup", backup.id},
          {"taken", backup.taken},
          {"asOf", backup.as_of},
          {"files", backup.files.size()},
          {"bytes", backup.bytes()},
          {"copiedFiles", backup.copied_files},
          {"copiedBytes", backup.copied_bytes}};
}

std::string one_backup(const Json& answer, bool shortly) {
  const uint64_t id = answer.at("backup").get<uint64_t>();
  if (shortly) return fmt::format("{}\n", id);
  std::string text =
      fmt::format("Backup {}: {} files, {}, of which {} files, {} were copied; as of {}\n", id,
                  answer.at("files").get<uint64_t>(), size_text(answer.at("bytes").get<uint64_t>()),
                  answer.at("copiedFiles").get<uint64_t>(),
                  size_text(answer.at("copiedBytes").get<uint64_t>()), answer.at("asOf").get<std::string>());
  if (const auto removed = answer.value("removed", uint64_t{0}); removed > 0)
    text += fmt::format("{} older {} removed\n", removed, removed == 1 ? "one was" : "ones were");
  return text;
}

std::string list_of_backups(const Json& answer, bool shortly) {
  std::string text;
  for (const Json& each : answer.at("backups")) {
    const uint64_t id = each.at("backup").get<uint64_t>();
    if (each.contains("damaged")) {
      text += fmt::format("{}  damaged: {}\n", id, each.at("damaged").get<std::string>());
    } else if (shortly) {
      text += fmt::format("{} {} {}\n", id, each.at("taken").get<std::string>(),
                          each.at("asOf").get<std::string>());
    } else {
      text += fmt::format("{}  taken {}  as of {}  {}, {} of them new{}\n", id,
                          each.at("taken").get<std::string>(), each.at("asOf").get<std::string>(),
                          size_text(each.at("bytes").get<uint64_t>()),
                          size_text(each.at("copiedBytes").get<uint64_t>()),
                          each.value("verified", false) ? "  every file is as it was written" : "");
    }
  }
  return text.empty() ? "no backups\n" : text;
}

// Damaged ones are in the list: `damaged` counts them.
Answered listed(const BackupOptions& options, size_t& damaged) {
  auto folder = BackupFolder::open(options.folder, BackupFolder::For::Reading);
  if (!folder) return refuse_backup(folder.error());
  auto backups = folder->list();
  if (!backups) return refuse_backup(backups.error());
  Json list = Json::array();
  for (const ListedBackup& each : *backups) {
    if (options.one != 0 && each.id != options.one) continue;
    std::expected<void, JournalError> sound;
    if (!each.backup) {
      sound = std::unexpected(each.backup.error());
    } else if (options.verifies) {
      sound = folder->verify(*each.backup, always);
    }
    if (sound) {
      list.push_back(json_of(*each.backup));
      if (options.verifies) list.back()["verified"] = true;
    } else {
      ++damaged;
      list.push_back({{"backup", each.id}, {"damaged", sound.error().message}});
    }
  }
  if (options.one != 0 && list.empty()) {
    auto why = folder->find(options.one);
    if (!why) return refuse_backup(why.error());
  }
  return Json{{"backups", std::move(list)}};
}

// Of a folder that no daemon has: the log and the store are opened as at a start.
Answered taken_here(const BackupOptions& options) {
  std::error_code error;
  if (!fs::is_directory(fs::path(options.data) / "journal", error))
    return std::unexpected(ServerError{
        kInternal, fmt::format("{} is no data folder: name the one that `endcap serve --data` was given.",
                               options.data)});
  auto data = DataFolder::open(options.data);
  if (!data) return refuse_backup(data.error());
  auto disk = open_disk(data->journal());
  if (!disk) return std::unexpected(ServerError{kInternal, disk.error().message});
  auto journal = open_local_log(**disk, {.partitions = options.partitions});
  if (!journal) return refuse_backup(journal.error());
  auto store = open_rocksdb_store(data->store(), {.partitions = options.partitions});
  if (!store) return std::unexpected(ServerError{kInternal, store.error().message});
  auto folder = BackupFolder::open(options.folder, BackupFolder::For::Writing);
  if (!folder) return refuse_backup(folder.error());
  const std::string now = instant_to_text(machine_time().wall());
  auto backup = folder->take({**store, **journal, options.partitions, now, now, data->format()}, always);
  if (!backup) return refuse_backup(backup.error());
  Json json = json_of(*backup);
  if (options.keep == 0) return json;
  auto removed = folder->keep(options.keep);
  if (!removed) return refuse_backup(removed.error());
  json["removed"] = *removed;
  return json;
}

Answered taken_by_daemon(const BackupOptions& options) {
  const HttpClient client(options.talk->server);
  std::error_code error;
  const fs::path folder = fs::absolute(options.folder, error).lexically_normal();
  std::string body = fmt::format("{{\"folder\":{}", json_text(folder.string()));
  if (options.keep != 0) body += fmt::format(",\"keep\":{}", options.keep);
  auto answer = client.call("/v1/backups", body + "}");
  while (answer && answer->value("state", "") == "running") {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    answer = client.call("/v1/backups");
  }
  if (!answer) return answer;
  if (answer->value("state", "") == "done") return answer;
  return std::unexpected(ServerError{
      kInternal, answer->value("message", "The daemon does not know of the backup: it was restarted.")});
}

int run_backup(const BackupOptions& options) {
  if (options.lists || options.verifies) {
    size_t damaged = 0;
    const int code = report(options.talk, listed(options, damaged), list_of_backups);
    return code == kClean && damaged > 0 ? kFindings : code;
  }
  return report(options.talk, options.data.empty() ? taken_by_daemon(options) : taken_here(options),
                one_backup);
}

}  // namespace

void add_backup(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<BackupOptions>();
  auto* command = add(app, "backup", "Copy a daemon's data while it goes on, or tell what copies there are",
                      options->talk);
  command->add_option("FOLDER", options->folder, "Where backups are kept: as the daemon's machine names it")
      ->required();
  command->add_option("--data", options->data, "A data folder that no daemon has, instead of a daemon's");
  command
      ->add_option("--partitions", options->partitions,
                   "Partitions of that folder, as `endcap serve` was told")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  command->add_option("--keep", options->keep, "Remove all but the newest so many afterwards")
      ->check(CLI::PositiveNumber);
  auto* lists = command->add_flag("--list", options->lists, "Take none: list those there are");
  command->add_flag("--verify", options->verifies, "Take none: read every file of those there are")
      ->excludes(lists);
  command->add_option("--backup", options->one, "Only this one, for --list and --verify")
      ->check(CLI::PositiveNumber);
  command->footer(
      "Files that an earlier backup has are not copied again. What was acknowledged before it began is in "
      "it.\n"
      "Each block and record is checked while it is copied: what is damaged is not backed up, but named.\n"
      "Example:\n  endcap backup /mnt/backups/endcap --keep 14\n  endcap backup /mnt/backups/endcap "
      "--verify");
  command->callback([options, &exit_code] { exit_code = run_backup(*options); });
}

}  // namespace endcap::command
