"""Words to begin with, in both languages; a county proposes and approves its own."""

from __future__ import annotations

from app.messages.rules.kinds import MessageKind

SUGGESTED: dict[MessageKind, tuple[str, str]] = {
    MessageKind.VISIT_DUE: (
        "您好，我们的工作人员将在{day}前后与您联系，请保持电话畅通。如需改期，请致电{phone}。",
        "Hello. Our staff will contact you around {day}; please keep your phone on. To change the day, call {phone}.",
    ),
    MessageKind.INJECTION_DUE: (
        "您好，{day}是与您约好的日子，请按时前来。如需改期，请致电{phone}。",
        "Hello. {day} is the day arranged with you; please come then. To change it, call {phone}.",
    ),
    MessageKind.AGREEMENT_ENDING: (
        "您好，您与我们签订的协议将于{day}到期，请在此前续签。咨询电话{phone}。",
        "Hello. The paper you signed with us ends on {day}; please renew it before then. Questions: {phone}.",
    ),
    MessageKind.PAYMENT_MADE: (
        "您好，与您有关的一笔款项已经办理，请留意。咨询电话{phone}。",
        "Hello. A transfer that concerns you has been made. Questions: {phone}.",
    ),
    MessageKind.GUARDIAN_NOTICE: (
        "您好，请在{day}前致电{phone}，有事项需要与您联系。",
        "Hello. Please call {phone} before {day}: there is something to arrange with you.",
    ),
    MessageKind.FORM_WAITING: (
        "【待办】有{count}份单据等待确认，请在{day}前登录系统处理。",
        "To do: {count} forms wait to be confirmed. Please sign in before {day}.",
    ),
    MessageKind.FORM_ESCALATED: (
        "【催办】编号{code}的单据逾期未确认，请今日登录系统处理。",
        "Reminder: form {code} is late and not confirmed. Please sign in today.",
    ),
    MessageKind.TASKS_OVERDUE: (
        "【催办】截至{day}，有{count}项工作逾期，请登录系统处理。",
        "Reminder: on {day}, {count} tasks are late. Please sign in.",
    ),
    MessageKind.CONFERENCE: (
        "【会议】编号{code}的协商会定于{day}召开，请登录系统查看并答复。",
        "Meeting {code} is on {day}. Please sign in, and say whether you come.",
    ),
    MessageKind.CONFERENCE_MOVED: (
        "【会议】编号{code}的协商会时间或地点有变，现定于{day}召开，请登录系统查看并重新答复。",
        "Meeting {code} has changed: it is now on {day}. Please sign in, and answer again.",
    ),
    MessageKind.CONFERENCE_OFF: (
        "【会议】编号{code}、原定于{day}的协商会已取消。",
        "Meeting {code}, which was to be on {day}, is called off.",
    ),
    MessageKind.CRISIS: (
        "【紧急】编号{code}的事项需要立即处理，请致电{phone}。",
        "Urgent: {code} needs you now. Please call {phone}.",
    ),
    MessageKind.SENDING_FAILED: (
        "【待办】截至{day}，有通知没有送达，请登录系统处理。",
        "To do: on {day}, notices had not arrived. Please sign in.",
    ),
}
