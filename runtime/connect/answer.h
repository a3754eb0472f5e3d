// Answers of an OData service: entities out of a body, errors out of a body, and what a status means for the
// call.
#pragma once

#include <string>
#include <vector>

#include "runtime/connect/plan.h"

namespace endcap::connect {

// What came back over HTTP.
struct HttpAnswer {
  long status = 0;
  std::string body;
  std::string content_type, etag, csrf_token, location;
  Duration retry_after = 0;
};

struct Page {
  std::vector<Json> entities;
  std::string next;  // address of the next page; empty at the last
};
// The entities of a body, one or many; the message says why there are none to find.
OrMessage<Page> read_page(const HttpAnswer& answer, const Plan& plan, Version version);

// Code and text of an error body, JSON (V2 and V4) or XML; a body that is neither gives what it begins with.
struct ServiceError {
  std::vector<std::string> codes;  // the error's own, then its details'
  std::string message;
};
ServiceError read_error(const HttpAnswer& answer);

bool success(long status);
// Refused for its CSRF token, unprocessed.
bool wants_token(const HttpAnswer& answer);
// The result of an answer that is not a success.
CallResult refuse(const HttpAnswer& answer, const Plan& plan, std::string_view system, std::string_view user);

}  // namespace endcap::connect
