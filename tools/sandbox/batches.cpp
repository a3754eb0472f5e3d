// $batch: multipart bodies, as SAP Gateway (version 2) and OData 4.0 services take them. Each part goes its
// own way through the faults.
#include <fmt/format.h>

#include "tools/sandbox/estate.h"

namespace endcap::sandbox {
namespace {

constexpr const char* kBoundary = "answer";

std::string boundary_of(std::string_view content_type) {
  const size_t at = content_type.find("boundary=");
  return at == std::string_view::npos ? "" : std::string(content_type.substr(at + 9));
}

// What stands between the lines of the boundary.
std::vector<std::string_view> parts_of(std::string_view body, const std::string& boundary) {
  std::vector<std::string_view> parts;
  const std::string mark = "--" + boundary;
  for (size_t at = body.find(mark); at != std::string_view::npos;) {
    const size_t begin = at + mark.size();
    if (body.substr(begin, 2) == "--") return parts;
    const size_t end = body.find("\r\n" + mark, begin);
    if (end == std::string_view::npos) return {};
    parts.push_back(body.substr(begin + 2, end - begin - 2));
    at = end + 2;
  }
  return {};  // it does not end
}

// Headers up to an empty line, off the front.
std::map<std::string, std::string, LessIgnoringCase> take_headers(std::string_view& text) {
  std::map<std::string, std::string, LessIgnoringCase> headers;
  while (!text.empty()) {
    const size_t end = text.find("\r\n");
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
    if (line.empty()) break;
    const size_t colon = line.find(": ");
    if (colon != std::string_view::npos) headers[std::string(line.substr(0, colon))] = line.substr(colon + 2);
  }
  return headers;
}

std::string http_text(const Response& response) {
  std::string text = fmt::format(
      "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
      "HTTP/1.1 {} {}\r\n",
      response.status, response.status < 300 ? "Done" : "Refused");
  if (!response.body.empty())
    text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", response.content_type,
                        response.body.size());
  for (const auto& [name, value] : response.headers) text += fmt::format("{}: {}\r\n", name, value);
  return text + "\r\n" + response.body + "\r\n";
}

}  // namespace

Response Estate::part(Service& service, const Request& outer, std::string_view text) {
  const auto refused = [&](const char* why) {
    return error_response(service.version, {400, "BadPart", why});
  };
  auto headers = take_headers(text);
  if (service.version == Version::V2) {  // changes stand in changesets, here of one change each
    const auto changes = parts_of(text, boundary_of(headers["Content-Type"]));
    if (changes.size() != 1)
      return error_response(service.version,
                            {501, "Changeset", "A changeset of one change is what is taken here"});
    text = changes.front();
    headers = take_headers(text);
  }
  if (headers["Content-Type"] != "application/http") return refused("A part is application/http");
  const size_t end = text.find(" HTTP/1.1\r\n"), space = text.find(' ');
  if (end == std::string_view::npos || space >= end)
    return refused("A part begins with METHOD PATH HTTP/1.1");
  Request request;
  request.method = text.substr(0, space);
  const std::string_view target = text.substr(space + 1, end - space - 1);
  const size_t question = target.find('?');
  request.path = "/" + service.name + "/" + percent_decode(target.substr(0, question));
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  text = text.substr(end + 11);
  request.headers = take_headers(text);
  request.headers["Host"] = outer.header("Host");
  request.body = text;
  return through_faults(request, service.version, [&] {
    auto outcome = route(service, request);
    return outcome ? std::move(*outcome) : error_response(service.version, outcome.error());
  });
}

Estate::Outcome Estate::batch(Service& service, const Request& request) {
  if (request.method != "POST")
    return std::unexpected(ODataError{405, "NotAllowed", "A batch is sent with POST"});
  const auto parts = parts_of(request.body, boundary_of(request.header("Content-Type")));
  if (parts.empty()) return std::unexpected(ODataError{400, "BadBatch", "The body is no batch"});
  const bool goes_on = service.version == Version::V2 ||
                       request.header("Prefer").find("continue-on-error") != std::string::npos;
  Response response;
  response.status = service.version == Version::V2 ? 202 : 200;
  response.content_type = fmt::format("multipart/mixed; boundary={}", kBoundary);
  for (const std::string_view text : parts) {
    const Response one = part(service, request, text);
    response.drop = response.drop || one.drop;
    response.delay = std::max(response.delay, one.delay);
    const bool done = one.status < 300;
    response.body += fmt::format("--{}\r\n", kBoundary);
    if (service.version == Version::V2 && done) {
      response.body +=
          fmt::format("Content-Type: multipart/mixed; boundary=change\r\n\r\n--change\r\n{}--change--\r\n",
                      http_text(one));
    } else {
      response.body += http_text(one);
    }
    if (!done && !goes_on) break;
  }
  response.body += fmt::format("--{}--\r\n", kBoundary);
  return response;
}

}  // namespace endcap::sandbox
