// What the engine asks of the systems around it. The engine owns intent, key, attempts and results; a
// connector makes one attempt.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "runtime/abi/program.h"

namespace endcap {

struct CallRequest {
  uint64_t call = 0;  // number of the pending call, for the reply
  const abi::Program* program = nullptr;
  enum class What : uint8_t {
    Operation,
    View,
    Navigation,
    Ask
  } what = What::Operation;  // Ask: did `key` already take effect? (Queryable)
  uint32_t target = 0;       // operation, view or navigation
  std::string
      payload;  // packed Record (operations), or packed list of key cells as a Record (views, navigations)
  abi::TypeId payload_type = abi::kNoType;
  std::string key;  // stable over retries and restarts; [A-Za-z0-9-], at most 40 characters
  uint32_t attempt = 1;
  Duration timeout = 30 * kSecond;  // real time, from the moment it leaves
  Duration turn_within =
      0;            // real time: when limits let it leave only later than this, it is NotSent; 0: whenever
  Instant now = 0;  // journal time of the attempt: the `as of` of what it reads
};

struct CallResult {
  enum class Kind : uint8_t {
    Ok,        // value
    Rejected,  // a declared rejection: `rejection`
    Invalid,   // the system refused in a way the operation does not declare, or its answer does not fit the
               // view
    Unavailable,  // certainly not done (no connection, 429, 503 before processing): may be tried again
    Ambiguous,    // may have been done (timeout, connection lost, 5xx)
    NotDone,      // answer to Ask: the key is unknown there
    NotSent,      // its turn did not come in time: certainly not done, and nobody's failure
  } kind = Kind::Ok;
  std::string value;  // packed value of the result type; empty for none
  uint32_t rejection = 0;
  std::string message;  // from the system, for people
  Duration retry_after = 0;
};

class Connector {
 public:
  virtual ~Connector() = default;
  // Starts one attempt; `done` is called once, from any thread.
  virtual void start(CallRequest request, std::function<void(uint64_t call, CallResult)> done) = 0;
};

}  // namespace endcap
