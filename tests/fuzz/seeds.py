"""Where fuzzing begins: something that each target reads, and what once was read wrongly."""

_HEAD = b"POST /v1/keys?a=b HTTP/1.1\r\nHost: localhost\r\n"

SEEDS: dict[str, tuple[bytes, ...]] = {
    "json_body": (
        b'{"inputs":[{"id":"Text","value":["a","\\ud83c\\udfc3"]}],"n":-1.5e3,"t":true,"z":null}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":{"b":1,"b":2}}',
        b"[[[[1]]]]",
        b'"\\ud800"',
    ),
    "disposition": (
        b'attachment; filename="a b.pdf"',
        b"attachment; filename*=UTF-8''%e2%82%ac%20rates.txt; filename=x.txt",
        b"attachment; filename*0*=utf-8''a; filename*1=b.txt",
        b'form-data; name="a"; filename="a\\"b.txt"',
        b"attachment; filename*=idna''%ff.txt",
        b"attachment; filename*=undefined''a.txt",
        b"attachment; filename*=punycode''%ff.txt",
        b"attachment; filename*0*=utf-8''a; filename*;1=b.txt",
        b"attachment; filename*0*=u-8''t\xf2\"; filename*;1=b",
        b"attachment; filename*" + b"9" * 4000 + b"*=a.txt",
    ),
    "content_range": (b"bytes=0-1", b"bytes=-5", b"bytes=5-", b"bytes=0-0,2-3", b"bytes=9-1", b"bytes=-"),
    "answers": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nA: b\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nuntil closed",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    ),
    "heads": (
        _HEAD + b"Content-Length: 2\r\n\r\n{}",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\nA: b\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost \t\r\n\r\n",
        b"GET http://localhost/a%2Fb HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /a#b=c HTTP/1.1\r\nHost: localhost\r\n\r\n",
        _HEAD + b"Content-Length: 0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nost: a\r\n\r\n",
    ),
    "answer_of_a_model": (
        b'{"id":"1","choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}',
        b'{"choices":[{"message":{"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{}"}}]}}]}',
        b'{"error":{"message":"no","code":"rate_limit_exceeded"}}',
    ),
    "stream_of_a_model": (
        (
            b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
            b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
        ),
        b': ping\r\n\r\nevent: x\r\ndata: {"choices":[],\r\ndata: "usage":{"prompt_tokens":1}}\r\n\r\n',
        b'data: {"error":{"message":"no"}}\n\n',
    ),
    "chat": (
        b'{"model":"m","messages":[{"role":"user","content":"a"}],"temperature":1,"stop":["a"],"stream":true}',
        (
            b'{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"}]}],"tools":[{"type":"function",'
            b'"function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":{"type":"function","function":'
            b'{"name":"f"}}}'
        ),
        b'{"model":"m","prompt":"a","max_tokens":5,"n":1}',
        (
            b'{"model":"m","messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function",'
            b'"function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","content":"b"}]}'
        ),
    ),
    "yaml_agent": (
        b"name: A\ninputs:\n  - name: Text\n    type: text\nprompts:\n  - name: say\n    prompt: |\n      @Text\n",
        b"name: A\nprompts: [{name: say, prompt: 'a: b'}]\noutput: {template: '@say'}\n",
        b"a: &x [1]\nb: *x\n",
        b"? [a]\n: !!python/object:os.system {}\n",
    ),
    "rows": (
        b'Text,Price\na,1\n"b ""c"",\nd",2\n',
        b"sep=;\r\nText;Price\r\na;1\r\n",
        b'{"Text":"a","Price":1.50}\n{"Text":"b"}\n',
        b'[{"Text":"a"},{"Text":"\\u00e9"}]',
        b'{"rows":[{"Text":"a"}]}',
        "Text\tPrice\n\u00e4\t1\n".encode("utf-16"),
        b"Text,Price\n\xe4,1\n",
    ),
    "url": (
        b"https://example.com/a?b=c",
        b"http://[::ffff:127.0.0.1]:8080/",
        b"http://0x7f.1/",
        "https://ex\u00e4mple.com/\u2028".encode(),
        b"https://a@b:443/#c",
        b"http://[::]@",
    ),
    "html": (
        b"<title>A</title><p>b &amp; c<script>d</script><!-- e --><br>f",
        b"<![CDATA[a]]><!DOCTYPE html [<!ENTITY a 'b'>]><b>&a;</b><svg><p>x",
        b"a<![x[b]]>c<![ y]>d",
    ),
}
