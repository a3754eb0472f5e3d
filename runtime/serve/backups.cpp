// The thread that takes a backup, and what is told of it: see backups.h.
#include "runtime/serve/backups.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "runtime/serve/request_parts.h"

namespace endcap {
namespace {

using Json = nlohmann::json;

}  // namespace

Backups::~Backups() {
  stops_ = true;
  if (thread_.joinable()) thread_.join();
}

void Backups::handle(const HttpRequest& request, const HttpServer::Respond& respond) {
  if (request.method == "GET") return respond(told());
  if (request.method == "POST") return respond(begin(request));
  respond(method_not_allowed("GET, POST"));
}

HttpResponse Backups::begin(const HttpRequest& request) {
  auto members = body_members(request);
  if (!members) return members.error();
  if (auto unknown = unknown_member(*members, {"folder", "keep"})) return *unknown;
  auto folder = text_member(*members, "folder", true);
  if (!folder) return folder.error();
  if (!folder->starts_with('/'))
    return error_response(
        400, "invalid",
        fmt::format("The folder \"{}\" is no whole path: it is one of the daemon's machine, "
                    "and begins with a slash.",
                    *folder));
  size_t keep = 0;
  if (const auto asked = members->find("keep"); asked != members->end()) {
    const auto most = number(asked->second);
    if (!most || *most == 0)
      return error_response(400, "invalid", "\"keep\" is a number above 0: so many stay.");
    keep = *most;
  }
  std::scoped_lock lock(mutex_);
  if (last_ && last_->runs)
    return error_response(
        409, "conflict",
        fmt::format("A backup to {} is being taken: GET /v1/backups tells when it is done.", last_->folder));
  if (journal_.room().level != Room::Level::Enough)
    return error_response(
        507, "disk_full",
        fmt::format("The disk of {} is short of room: a backup would keep more of it taken. "
                    "Free some space first.",
                    journal_.room().folder));
  if (thread_.joinable()) thread_.join();
  last_.emplace();
  last_->folder = *folder;
  thread_ = std::thread([this, folder = *folder, keep] { run(folder, keep); });
  return ok(Json{{"folder", *folder}, {"state", "running"}}.dump(), 202);
}

void Backups::run(const std::string& folder, size_t keep) {
  // Tables that are not needed any more stay as long as this goes on: not on a disk that has no room for
  // them.
  const auto go_on = [this] { return !stops_ && journal_.room().level == Room::Level::Enough; };
  const auto take = [&]() -> std::expected<Last, JournalError> {
    Last last;
    last.folder = folder;
    last.runs = false;
    auto opened = BackupFolder::open(folder, BackupFolder::For::Writing);
    if (!opened) return std::unexpected(opened.error());
    auto backup = opened->take(
        {store_, journal_, partitions_, instant_to_text(times_.wall()), instant_to_text(times_.journal())},
        go_on);
    if (!backup) return std::unexpected(backup.error());
    last.backup = std::move(*backup);
    if (keep == 0) return last;
    auto removed = opened->keep(keep);
    if (!removed) return std::unexpected(removed.error());
    last.removed = *removed;
    return last;
  };
  auto taken = take();
  std::string why = taken ? std::string() : taken.error().message;
  if (!taken && stops_) why += " The daemon is being stopped.";
  if (!taken && !stops_ && !go_on()) why += " The disk of the data folder is short of room.";
  std::scoped_lock lock(mutex_);
  last_->runs = false;
  last_->error = why;
  if (taken) last_ = std::move(*taken);
}

HttpResponse Backups::told() {
  std::scoped_lock lock(mutex_);
  if (!last_) return ok(Json{{"state", "none"}}.dump());
  Json json = {{"folder", last_->folder}};
  json["state"] = last_->runs ? "running" : last_->error.empty() ? "done" : "failed";
  if (!last_->error.empty()) json["message"] = last_->error;
  if (last_->runs || !last_->error.empty()) return ok(json.dump());
  const Backup& backup = last_->backup;
  json["backup"] = backup.id;
  json["taken"] = backup.taken;
  json["asOf"] = backup.as_of;
  json["files"] = backup.files.size();
  json["bytes"] = backup.bytes();
  json["copiedFiles"] = backup.copied_files;
  json["copiedBytes"] = backup.copied_bytes;
  json["removed"] = last_->removed;
  return ok(json.dump());
}

}  // namespace endcap
