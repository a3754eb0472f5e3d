// Reading answers and errors.
#include "runtime/connect/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace endcap::connect {
namespace {

constexpr size_t kMessageMax = 400;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string one_line(std::string_view text) {
  std::string out;
  for (unsigned char c : text) {
    bool space = c <= ' ';
    if (space && (out.empty() || out.back() == ' ')) continue;
    out += space ? ' ' : static_cast<char>(c);
    if (out.size() >= kMessageMax && (c & 0xc0) != 0xc0) break;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  // Bytes that are no UTF-8 become replacement characters, as JSON writes them.
  std::string dumped = Json(out).dump(-1, ' ', false, Json::error_handler_t::replace);
  auto clean = Json::parse(dumped, nullptr, false);
  return clean.is_string() ? clean.get<std::string>() : "";
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object() && value.contains("value") && value["value"].is_string())
    return value["value"].get<std::string>();
  if (value.is_number_integer()) return value.dump();
  return "";
}

// Strips the wrapper of a V2 answer: {"d": ...}, and of a function import: {"d": {"WithdrawPrice": ...}}.
const Json* unwrap(const Json& document, const Plan& plan, Version version) {
  const Json* at = &document;
  if (version == Version::V2) {
    if (!at->is_object() || !at->contains("d")) return nullptr;
    at = &at->at("d");
  }
  if (!plan.wrapper.empty() && at->is_object() && at->size() == 1 && at->contains(plan.wrapper))
    at = &at->at(plan.wrapper);
  return at;
}

std::string element(std::string_view xml, std::string_view name) {
  size_t open = xml.find(fmt::format("<{}", name));
  if (open == std::string_view::npos) return "";
  size_t start = xml.find('>', open);
  size_t end = xml.find(fmt::format("</{}>", name), open);
  if (start == std::string_view::npos || end == std::string_view::npos || end <= start) return "";
  return std::string(xml.substr(start + 1, end - start - 1));
}

void add_details(const Json& list, ServiceError& error) {
  if (!list.is_array()) return;
  for (const auto& detail : list) {
    if (detail.is_object() && detail.contains("code")) error.codes.push_back(text_of(detail["code"]));
  }
}

// "ZRETAIL/RecordLocked" is declared as RecordLocked.
bool same_code(std::string_view code, std::string_view declared) {
  auto slash = code.rfind('/');
  return code == declared || (slash != std::string_view::npos && code.substr(slash + 1) == declared);
}

}  // namespace

OrMessage<Page> read_page(const HttpAnswer& answer, const Plan& plan, Version version) {
  auto document = parse_json(answer.body);
  if (!document) {
    return std::unexpected(fmt::format(
        "{} answered {} with something that is {} ({})", plan.what, answer.status, document.error(),
        answer.content_type.empty() ? "no content type" : one_line(answer.content_type)));
  }
  const Json* content = unwrap(*document, plan, version);
  if (!content)
    return std::unexpected(
        fmt::format("{} answered without the \"d\" of OData V2: is this the right protocol?", plan.what));
  Page page;
  const char* list_name = version == Version::V2 ? "results" : "value";
  const char* next_name = version == Version::V2 ? "__next" : "@odata.nextLink";
  const Json* list = content->is_array() ? content : nullptr;
  if (content->is_object()) {
    auto found = content->find(list_name);
    if (found != content->end() && found->is_array()) list = &*found;
    auto next = content->find(next_name);
    if (next != content->end() && next->is_string()) page.next = next->get<std::string>();
  }
  if (list) {
    page.entities.assign(list->begin(), list->end());
  } else if (content->is_object()) {
    page.entities.push_back(*content);
  } else {
    return std::unexpected(fmt::format("{} answered with neither an entity nor a list", plan.what));
  }
  return page;
}

ServiceError read_error(const HttpAnswer& answer) {
  ServiceError error;
  if (auto document = parse_json(answer.body); document && document->is_object()) {
    for (const char* root : {"error", "odata.error"}) {
      auto found = document->find(root);
      if (found == document->end() || !found->is_object()) continue;
      if (found->contains("code")) error.codes.push_back(text_of(found->at("code")));
      if (found->contains("message")) error.message = one_line(text_of(found->at("message")));
      if (found->contains("details")) add_details(found->at("details"), error);
      auto inner = found->find("innererror");
      if (inner != found->end() && inner->is_object() && inner->contains("errordetails"))
        add_details(inner->at("errordetails"), error);
      return error;
    }
  }
  if (answer.body.find("<error") != std::string::npos) {
    error.codes.push_back(one_line(element(answer.body, "code")));
    error.message = one_line(element(answer.body, "message"));
    return error;
  }
  error.message = one_line(answer.body);
  return error;
}

bool success(long status) { return status >= 200 && status < 300; }

bool wants_token(const HttpAnswer& answer) {
  return answer.status == 403 && equal_ignoring_case(answer.csrf_token, "required");
}

CallResult refuse(const HttpAnswer& answer, const Plan& plan, std::string_view system,
                  std::string_view user) {
  CallResult result;
  ServiceError error = read_error(answer);
  std::string said = error.message;
  if (!error.codes.empty() && !error.codes.front().empty())
    said = error.codes.front() + (said.empty() ? "" : ": " + said);
  result.message = fmt::format("{} answered {} to {}{}", system, answer.status, plan.what,
                               said.empty() ? "" : ": " + said);
  result.retry_after = answer.retry_after;
  if (plan.operation && plan.answer != Plan::Answer::Exists) {
    const auto& declared = plan.operation->rejections;
    for (uint32_t i = 0; i < declared.size(); ++i) {
      if (std::any_of(error.codes.begin(), error.codes.end(),
                      [&](const auto& code) { return same_code(code, declared[i]); })) {
        result.kind = CallResult::Kind::Rejected;
        result.rejection = i;
        return result;
      }
    }
  }
  if (answer.status == 401) {
    result.kind = CallResult::Kind::Invalid;
    result.message =
        user.empty()
            ? fmt::format("{} wants a user and a password, and none is configured for it (401 to {})", system,
                          plan.what)
            : fmt::format("{} does not let user '{}' in: user name or password is wrong (401 to {})", system,
                          user, plan.what);
  } else if (answer.status == 403) {
    result.kind = CallResult::Kind::Invalid;
    result.message = fmt::format("{} does not allow user '{}' to do this: 403 to {}{}", system, user,
                                 plan.what, said.empty() ? "" : ": " + said);
  } else if (answer.status == 429) {
    result.kind = CallResult::Kind::Unavailable;
  } else if (answer.status == 408 || answer.status == 503) {
    // A proxy says these too, after the request went through it: "not done" is safe only where doing it again
    // is.
    const bool again_is_safe = !plan.write || plan.operation == nullptr ||
                               plan.operation->strategy == abi::Strategy::Idempotent ||
                               plan.operation->strategy == abi::Strategy::Keyed;
    result.kind = again_is_safe ? CallResult::Kind::Unavailable : CallResult::Kind::Ambiguous;
  } else if (answer.status >= 500) {
    result.kind = plan.write ? CallResult::Kind::Ambiguous : CallResult::Kind::Unavailable;
  } else if (answer.status >= 300 && answer.status < 400) {
    result.kind = CallResult::Kind::Invalid;
    result.message = fmt::format(
        "{} sends {} elsewhere ({}): its url in the configuration should be the address it answers at",
        system, plan.what, answer.status);
  } else {
    result.kind = CallResult::Kind::Invalid;
  }
  return result;
}

}  // namespace endcap::connect
