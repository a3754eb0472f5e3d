// Backups of a daemon that goes on: a thread of their own copies what the engine and the log have put on the
// disk.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "runtime/journal/backup.h"
#include "runtime/serve/http_server.h"
#include "runtime/value/time.h"

namespace endcap {

class Backups {
 public:
  struct Times {
    std::function<Instant()> wall, journal;
  };
  // Store and journal must outlive this.
  Backups(Store& store, Journal& journal, uint16_t partitions, Times times)
      : store_(store), journal_(journal), partitions_(partitions), times_(std::move(times)) {}
  ~Backups();  // gives up the one that is being taken
  Backups(const Backups&) = delete;
  Backups& operator=(const Backups&) = delete;

  // POST begins one, {"folder": "/path", "keep": 7}; GET tells of the one that was begun last.
  void handle(const HttpRequest& request, const HttpServer::Respond& respond);

 private:
  struct Last {
    std::string folder;
    bool runs = true;
    std::string error;
    Backup backup;
    size_t removed = 0;
  };
  HttpResponse begin(const HttpRequest& request);
  HttpResponse told();
  void run(const std::string& folder, size_t keep);

  Store& store_;
  Journal& journal_;
  const uint16_t partitions_;
  const Times times_;
  std::atomic<bool> stops_{false};
  std::mutex mutex_;  // of both below
  std::optional<Last> last_;
  std::thread thread_;
};

}  // namespace endcap
