// The daemon's requests about backups, on a real store and a real log.
#include "runtime/serve/backups.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>

#include "runtime/journal/local_log.h"

using namespace endcap;

namespace {

class BackupWorld {
 public:
  BackupWorld() {
    std::string name = (std::filesystem::temp_directory_path() / "endcap-backups-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder = name;
    disk_ = std::move(*open_disk(folder / "journal"));
    log_ = std::move(*open_local_log(*disk_, {.partitions = 1}));
    store_ = std::move(*open_rocksdb_store(folder / "store", {.partitions = 1}));
    REQUIRE(store_->apply(0, log_->open(0, 1)->tail, {{Table::Instance, "a", "row"}}));
    REQUIRE(store_->flush(0));
    backups_ = std::make_unique<Backups>(
        *store_, *log_, uint16_t{1},
        Backups::Times{[] { return Instant{0}; }, [] { return Instant{1'000'000}; }});
  }
  ~BackupWorld() {
    backups_.reset();
    store_.reset();
    std::filesystem::remove_all(folder);
  }

  HttpResponse ask(const std::string& method, const std::string& body = {}) {
    HttpRequest request;
    request.method = method;
    request.headers["content-type"] = "application/json";
    request.body = body;
    HttpResponse answer;
    backups_->handle(request, [&](HttpResponse response) { answer = std::move(response); });
    return answer;
  }
  nlohmann::json begin_and_wait(const std::string& body) {
    REQUIRE(ask("POST", body).status == 202);
    nlohmann::json told;
    do {
      std::this_thread::yield();
      told = nlohmann::json::parse(ask("GET").body);
    } while (told["state"] == "running");
    return told;
  }
  std::string to(const char* name) const { return R"({"folder":")" + (folder / name).string() + R"("})"; }

  std::filesystem::path folder;

 private:
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<Journal> log_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Backups> backups_;
};

}  // namespace

TEST_CASE("A backup is begun by a request and told of by another; old ones go when that is asked for") {
  BackupWorld world;
  CHECK(nlohmann::json::parse(world.ask("GET").body)["state"] == "none");
  const auto first = world.begin_and_wait(world.to("backups"));
  CHECK(first["state"] == "done");
  CHECK(first["backup"] == 1);
  CHECK(first["asOf"] == "1970-01-01T00:00:01Z");
  CHECK(first["copiedFiles"] == first["files"]);
  const auto second =
      world.begin_and_wait(R"({"keep":1,"folder":")" + (world.folder / "backups").string() + R"("})");
  CHECK(second["backup"] == 2);
  CHECK(second["removed"] == 1);
  CHECK(second["copiedFiles"] < first["copiedFiles"]);
}

TEST_CASE("A backup that can't be taken says why, and the next one can") {
  BackupWorld world;
  const auto failed = world.begin_and_wait(world.to("journal"));  // the log's own folder
  CHECK(failed["state"] == "failed");
  CHECK(failed["message"].get<std::string>().find("no backups") != std::string::npos);
  CHECK(world.begin_and_wait(world.to("backups"))["state"] == "done");
}

TEST_CASE("Requests that are not understood are refused and begin nothing") {
  BackupWorld world;
  for (const char* body : {"", "[]", "{}", R"({"folder":"backups"})", R"({"folder":"/tmp/x","keep":0})",
                           R"({"folder":"/tmp/x","keep":"all"})", R"({"folder":"/tmp/x","size":1})"}) {
    CAPTURE(body);
    CHECK(world.ask("POST", body).status == 400);
  }
  CHECK(world.ask("DELETE").status == 405);
  CHECK(nlohmann::json::parse(world.ask("GET").body)["state"] == "none");
}
