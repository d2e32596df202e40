#include "api/markdown.h"

#include <cctype>
#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

namespace replay::api {
namespace {

constexpr int kOptions = CMARK_OPT_DEFAULT;

/// Every node of that type in the document, in order.
std::vector<cmark_node*> nodes(cmark_node* document, cmark_node_type type) {
  std::vector<cmark_node*> found;
  const std::unique_ptr<cmark_iter, decltype(&cmark_iter_free)> walk(cmark_iter_new(document),
                                                                     &cmark_iter_free);
  for (auto event = cmark_iter_next(walk.get()); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(walk.get())) {
    cmark_node* const node = cmark_iter_get_node(walk.get());
    if (event == CMARK_EVENT_ENTER && cmark_node_get_type(node) == type) found.push_back(node);
  }
  return found;
}

/// What is written under a node, without its form.
std::string plain_text(cmark_node* node) {
  std::string text;
  const std::unique_ptr<cmark_iter, decltype(&cmark_iter_free)> walk(cmark_iter_new(node),
                                                                     &cmark_iter_free);
  for (auto event = cmark_iter_next(walk.get()); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(walk.get())) {
    const char* const literal = cmark_node_get_literal(cmark_iter_get_node(walk.get()));
    if (event == CMARK_EVENT_ENTER && literal != nullptr) text += literal;
  }
  return text;
}

/// GitHub's: lower case, blanks become dashes, what is no letter, digit, dash or _ goes.
std::string slug(std::string_view heading) {
  std::string text;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == ' ') text += '-';
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 0x80) {
      text += static_cast<char>(std::tolower(byte));
    }
  }
  return text;
}

/// A heading becomes a block that writes its own tags, because cmark's have no ids.
void give_id(cmark_node* heading, const std::string& id) {
  const std::string tag = "h" + std::to_string(cmark_node_get_heading_level(heading));
  cmark_node* const block = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK);
  cmark_node_set_on_enter(block, ("<" + tag + " id=\"" + id + "\">").c_str());
  cmark_node_set_on_exit(block, ("</" + tag + ">").c_str());
  while (cmark_node* const child = cmark_node_first_child(heading)) {
    cmark_node_append_child(block, child);
  }
  cmark_node_replace(heading, block);
  cmark_node_free(heading);
}

void give_ids(cmark_node* document) {
  std::map<std::string, int> seen;
  for (cmark_node* const heading : nodes(document, CMARK_NODE_HEADING)) {
    const std::string name = slug(plain_text(heading));
    const int before = seen[name]++;
    give_id(heading, before == 0 ? name : name + "-" + std::to_string(before));
  }
}

void redirect_links(cmark_node* document, const LinkTarget& target) {
  for (cmark_node* const link : nodes(document, CMARK_NODE_LINK)) {
    const std::string url = target(cmark_node_get_url(link));
    if (!url.empty()) {
      cmark_node_set_url(link, url.c_str());
      continue;
    }
    while (cmark_node* const child = cmark_node_first_child(link)) {
      cmark_node_insert_before(link, child);
    }
    cmark_node_free(link);
  }
}

}  // namespace

std::string html_of_markdown(std::string_view markdown, const LinkTarget& link) {
  cmark_gfm_core_extensions_ensure_registered();
  const std::unique_ptr<cmark_parser, decltype(&cmark_parser_free)> parser(
      cmark_parser_new(kOptions), &cmark_parser_free);
  cmark_parser_attach_syntax_extension(parser.get(), cmark_find_syntax_extension("table"));
  cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
  const std::unique_ptr<cmark_node, decltype(&cmark_node_free)> document(
      cmark_parser_finish(parser.get()), &cmark_node_free);
  give_ids(document.get());
  redirect_links(document.get(), link);
  const std::unique_ptr<char, decltype(&std::free)> html(
      cmark_render_html(document.get(), kOptions, cmark_parser_get_syntax_extensions(parser.get())),
      &std::free);
  return html.get();
}

}  // namespace replay::api
