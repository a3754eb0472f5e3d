// Model servers over HTTP: one POST a question. It stands in front of the connector of the systems and keeps
// what is asked of advisors; everything else goes through. On a thread of its own: a slow model holds up no
// system.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/engine/connector.h"

namespace endcap {

struct AdvisorServer {
  std::string name;                    // as in abi::Advisor: "UpliftModel"
  std::string url;                     // questions are posted to it; http and https only
  std::string token;                   // sent as a bearer token; empty: none. Never part of a message
  uint32_t in_flight_max = 16;         // questions on the wire at once; more wait here
  uint64_t body_bytes_max = 4u << 20;  // of one answer
  uint32_t breaker_failures = 10;      // questions in a row without any answer: it is left alone for a moment
};

// Outstanding questions are answered Unavailable when the connector is destroyed.
std::unique_ptr<Connector> make_advisor_connector(std::vector<AdvisorServer> advisors,
                                                  std::unique_ptr<Connector> systems);

}  // namespace endcap
