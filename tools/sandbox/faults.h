// Faults on request: what the estate does wrong, to which requests, and how often.
#pragma once

#include <expected>
#include <list>
#include <optional>
#include <string>

#include "tools/sandbox/http.h"
#include "tools/sandbox/json.h"

namespace endcap::sandbox {

struct Fault {
  enum class Kind {
    Latency,             // the answer comes later
    Status,              // this status, nothing processed
    TimeoutAfterCommit,  // processed; the answer is held back for `milliseconds`, then the connection is
                         // dropped
    DropAfterCommit,     // processed; the connection is dropped
    DropBeforeCommit,    // not processed; the connection is dropped
    Reject,              // a business error with `code`
    Garbage,             // not processed; an answer that is not what it says
  } kind = Kind::Latency;
  int milliseconds = 0;
  int status = 503;
  int retry_after = 0;  // seconds, with Status
  std::string code;     // with Reject
  std::string message;
  int times = 1;  // how many requests are hit; 0: all, until it is taken away
  int skip = 0;   // how many matching requests are spared first

  std::string method, path,
      body;  // each empty or contained in the request's; `path` is matched decoded, with the query

  uint64_t number = 0, hits = 0;
};

class Faults {
 public:
  // {"match": {"method": "POST", "path": "A_PriceCondition", "body": "1001"}, "fault": "latency" | "status" |
  // "timeout_after_commit" |
  //  "drop_after_commit" | "drop_before_commit" | "reject" | "garbage", "milliseconds", "status",
  //  "retry_after", "code", "message", "times", "skip"}
  std::expected<uint64_t, std::string> add(const Json& described);
  // The first that matches; its count goes down.
  std::optional<Fault> take(const Request& request);
  void clear();
  Json list() const;

 private:
  std::list<Fault> faults_;
  uint64_t next_ = 1;
};

}  // namespace endcap::sandbox
